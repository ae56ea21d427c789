import { presentStudent } from '../../presenters/externalPerson';
import { paths } from '../paths';
import { personOperations } from './people';
import { personPutQuery, student } from './personSchemas';

export const studentOperations = personOperations('student', {
  paths: { one: paths.apiStudent, all: paths.apiStudents },
  schema: student,
  putQuery: personPutQuery,
  put: 'Another address gets join links of its own, and a mail with each where mails had gone out; the former links stop working at once, and whoever reads at the former address is told, with no word of the new one, if anything was ever mailed.',
  disabled:
    'Their join links stop working at once, and nothing is mailed to them. What they bought stays; a PUT with `enable=true` gives the links back.',
  present: (users, notes) => Promise.resolve(users.map((user) => presentStudent(user, notes))),
});
