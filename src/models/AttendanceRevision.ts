import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { ClassOutcome } from '../domain/classStates';

export type RevisionCause = 'settled' | 'late_evidence' | 'correction' | 'undone';

/** Why the attendance of a class was concluded anew, and what became of the class by it. */
export class AttendanceRevision extends Model<
  InferAttributes<AttendanceRevision>,
  InferCreationAttributes<AttendanceRevision>
> {
  declare id: CreationOptional<number>;
  declare classDateId: number;
  declare revision: number;
  declare cause: RevisionCause;
  declare outcome: ClassOutcome;
  /** names nobody has been found for */
  declare strangers: CreationOptional<number>;
  /** null: the system */
  declare madeBy: CreationOptional<number | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        revision: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        cause: { type: DataTypes.STRING, allowNull: false },
        outcome: { type: DataTypes.STRING, allowNull: false },
        strangers: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        madeBy: DataTypes.BIGINT.UNSIGNED,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'AttendanceRevision', tableName: 'attendance_revisions', underscored: true },
    );
  }
}
