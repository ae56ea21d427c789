import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { PushFailure } from '../domain/pushes';

export const PUSH_STATES = ['queued', 'delivered', 'failed'] as const;
export type PushState = (typeof PUSH_STATES)[number];

/** One event of the feed for one endpoint. */
export class PushDelivery extends Model<InferAttributes<PushDelivery>, InferCreationAttributes<PushDelivery>> {
  declare id: CreationOptional<number>;
  declare endpointId: number;
  declare eventId: number;
  /** the event's place in the feed, in whose order things are delivered */
  declare seq: number;
  declare state: PushState;
  declare attempts: CreationOptional<number>;
  declare firstTriedAt: CreationOptional<Date | null>;
  declare lastTriedAt: CreationOptional<Date | null>;
  declare nextAttemptAt: Date;
  declare deliveredAt: CreationOptional<Date | null>;
  /** what the receiver answered at the last try; null: nothing */
  declare lastStatus: CreationOptional<number | null>;
  declare lastFailure: CreationOptional<PushFailure | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        endpointId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        eventId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        seq: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        state: { type: DataTypes.STRING, allowNull: false },
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        firstTriedAt: DataTypes.DATE(3),
        lastTriedAt: DataTypes.DATE(3),
        nextAttemptAt: { type: DataTypes.DATE(3), allowNull: false },
        deliveredAt: DataTypes.DATE(3),
        lastStatus: DataTypes.SMALLINT.UNSIGNED,
        lastFailure: DataTypes.STRING,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'PushDelivery', tableName: 'push_deliveries', underscored: true },
    );
  }
}
