import { DataTypes, Model, type CreationOptional, type InferAttributes, type InferCreationAttributes } from 'sequelize';
import type { Sequelize } from 'sequelize';
import type { Verdict, VerdictSubject } from '../domain/zoomVerdicts';

/** What a test of the connection found about values, which only their keyed hash names. */
export class ZoomCheck extends Model<InferAttributes<ZoomCheck>, InferCreationAttributes<ZoomCheck>> {
  declare subject: VerdictSubject;
  declare fingerprint: string;
  declare verdict: Verdict;
  declare why: string;
  declare checkedAt: Date;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        subject: { type: DataTypes.STRING, primaryKey: true },
        fingerprint: { type: DataTypes.STRING, primaryKey: true },
        verdict: { type: DataTypes.STRING, allowNull: false },
        why: { type: DataTypes.STRING, allowNull: false },
        checkedAt: { type: DataTypes.DATE(3), allowNull: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomCheck', tableName: 'zoom_checks', underscored: true },
    );
  }
}
