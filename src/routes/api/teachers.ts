import { presentTeacher } from '../../presenters/externalPerson';
import { zoomStatesOf } from '../../queries/externalPeople';
import { paths } from '../paths';
import { personOperations } from './people';
import { teacher, teacherPutQuery } from './personSchemas';

export const teacherOperations = personOperations('teacher', {
  paths: { one: paths.apiTeacher, all: paths.apiTeachers },
  schema: teacher,
  putQuery: teacherPutQuery,
  put: 'Whoever is new is invited by mail to choose a password and to connect their Zoom account. With another address they sign in by that one, and are signed out everywhere; whoever reads at the former one is told, with no word of the new one.',
  disabled:
    'They are signed out at once and cannot start a class here. Their coming classes stay theirs and are at risk: give them to another teacher. A PUT with `enable=true` lets them in again.',
  present: async (users, notes) => {
    const zoom = await zoomStatesOf(users);
    return users.map((user) => presentTeacher(user, zoom.get(user.id), notes));
  },
});
