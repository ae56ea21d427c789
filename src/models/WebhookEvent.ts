import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export type WebhookState = 'received' | 'processed' | 'unmatched' | 'failed';

export class WebhookEvent extends Model<InferAttributes<WebhookEvent>, InferCreationAttributes<WebhookEvent>> {
  declare id: CreationOptional<number>;
  declare eventKey: string;
  declare event: string;
  declare eventAt: Date;
  declare meetingId: CreationOptional<string | null>;
  declare body: string;
  declare state: WebhookState;
  declare attempts: CreationOptional<number>;
  /** read again: it waits for those that were not */
  declare replayed: CreationOptional<boolean>;
  declare leaseHolder: CreationOptional<string | null>;
  declare leaseUntil: CreationOptional<Date | null>;
  declare lastError: CreationOptional<string | null>;
  declare processedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        eventKey: { type: DataTypes.STRING, allowNull: false },
        event: { type: DataTypes.STRING, allowNull: false },
        eventAt: { type: DataTypes.DATE(3), allowNull: false },
        meetingId: DataTypes.STRING,
        body: { type: DataTypes.TEXT, allowNull: false },
        state: { type: DataTypes.STRING, allowNull: false },
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        replayed: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
        leaseHolder: DataTypes.STRING,
        leaseUntil: DataTypes.DATE(3),
        lastError: DataTypes.STRING,
        processedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'WebhookEvent', tableName: 'webhook_events', underscored: true },
    );
  }
}
