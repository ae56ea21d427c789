import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { Verdict } from '../domain/attendance';

export class ClassAttendance extends Model<InferAttributes<ClassAttendance>, InferCreationAttributes<ClassAttendance>> {
  declare id: CreationOptional<number>;
  declare classDateId: number;
  declare personKey: string;
  declare passId: CreationOptional<number | null>;
  declare revision: number;
  declare verdict: Verdict;
  declare presentSeconds: number;
  declare inClassSeconds: number;
  declare overlapSeconds: number;
  declare firstJoinAt: CreationOptional<Date | null>;
  declare lastLeaveAt: CreationOptional<Date | null>;
  /** `webhook zoom_list`, or `none` */
  declare sources: string;
  /** what the figures rest on less firmly than they might; words of domain/attendance */
  declare doubts: string;
  /** the verdict is a person's */
  declare corrected: boolean;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        personKey: { type: DataTypes.STRING, allowNull: false },
        passId: DataTypes.BIGINT.UNSIGNED,
        revision: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        verdict: { type: DataTypes.STRING, allowNull: false },
        presentSeconds: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        inClassSeconds: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        overlapSeconds: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        firstJoinAt: DataTypes.DATE(3),
        lastLeaveAt: DataTypes.DATE(3),
        sources: { type: DataTypes.STRING, allowNull: false },
        doubts: { type: DataTypes.STRING, allowNull: false },
        corrected: { type: DataTypes.BOOLEAN, allowNull: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ClassAttendance', tableName: 'class_attendance', underscored: true },
    );
  }
}
