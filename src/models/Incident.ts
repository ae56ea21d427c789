import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { IncidentCause } from '../domain/incidents';

/** Trouble people are told of once. `openKey` is there while it is open, so that one cause has one open incident. */
export class Incident extends Model<InferAttributes<Incident>, InferCreationAttributes<Incident>> {
  declare id: CreationOptional<number>;
  declare randomKey: string;
  declare cause: IncidentCause;
  /** the teacher it is about, where it is about one */
  declare userId: CreationOptional<number | null>;
  /** the endpoint of pushed events it is about, where it is about one */
  declare pushEndpointId: CreationOptional<number | null>;
  declare openKey: CreationOptional<string | null>;
  declare occurrences: CreationOptional<number>;
  declare openedAt: Date;
  declare lastSeenAt: Date;
  declare closedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        randomKey: { type: DataTypes.STRING, allowNull: false },
        cause: { type: DataTypes.STRING, allowNull: false },
        userId: DataTypes.BIGINT.UNSIGNED,
        pushEndpointId: DataTypes.BIGINT.UNSIGNED,
        openKey: DataTypes.STRING,
        occurrences: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 1 },
        openedAt: { type: DataTypes.DATE(3), allowNull: false },
        lastSeenAt: { type: DataTypes.DATE(3), allowNull: false },
        closedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'Incident', tableName: 'incidents', underscored: true },
    );
  }
}
