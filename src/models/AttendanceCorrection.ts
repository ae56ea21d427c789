import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** `person`: who an unknown name was; `verdict`: of a person; `outcome`: of the class. */
export type CorrectionKind = 'person' | 'verdict' | 'outcome';

/** What an admin said about a class's attendance, beside what Zoom told. */
export class AttendanceCorrection extends Model<
  InferAttributes<AttendanceCorrection>,
  InferCreationAttributes<AttendanceCorrection>
> {
  declare id: CreationOptional<number>;
  declare classDateId: number;
  declare kind: CorrectionKind;
  /** one of a stranger's keys, a person's key, or empty */
  declare subject: string;
  /** a person's key or `nobody`, a verdict, or an outcome */
  declare value: string;
  declare reason: string;
  declare madeBy: number;
  /** when it was taken back, or another one took its place; null while it counts */
  declare endedAt: CreationOptional<Date | null>;
  declare endedBy: CreationOptional<number | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        kind: { type: DataTypes.STRING, allowNull: false },
        subject: { type: DataTypes.STRING, allowNull: false },
        value: { type: DataTypes.STRING, allowNull: false },
        reason: { type: DataTypes.STRING, allowNull: false },
        madeBy: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        endedAt: DataTypes.DATE(3),
        endedBy: DataTypes.BIGINT.UNSIGNED,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'AttendanceCorrection', tableName: 'attendance_corrections', underscored: true },
    );
  }
}
