import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** One row, id 1. */
export class ZoomSetting extends Model<InferAttributes<ZoomSetting>, InferCreationAttributes<ZoomSetting>> {
  declare id: CreationOptional<number>;
  declare clientIdEncrypted: CreationOptional<string | null>;
  declare clientSecretEncrypted: CreationOptional<string | null>;
  declare redirectUri: CreationOptional<string | null>;
  declare accountId: CreationOptional<string | null>;
  declare baseUrl: string;
  declare webhookSecretEncrypted: CreationOptional<string | null>;
  declare previousWebhookSecretEncrypted: CreationOptional<string | null>;
  declare leadMinutes: number;
  declare graceMinutes: number;
  declare watchMinutes: number;
  declare settleMinutes: number;
  /** see src/domain/furtherReminders.ts */
  declare furtherReminders: CreationOptional<string>;
  declare lateMinutes: number;
  declare presentMinutes: number;
  /** counts the saves, so that two forms open at once are told apart */
  declare version: CreationOptional<number>;
  /** when the client id, its secret or the redirect address last changed; null: as they were first */
  declare appSavedAt: CreationOptional<Date | null>;
  declare webhookSecretSavedAt: CreationOptional<Date | null>;
  declare updatedBy: CreationOptional<number | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        clientIdEncrypted: DataTypes.TEXT,
        clientSecretEncrypted: DataTypes.TEXT,
        redirectUri: DataTypes.STRING,
        accountId: DataTypes.STRING,
        baseUrl: { type: DataTypes.STRING, allowNull: false },
        webhookSecretEncrypted: DataTypes.TEXT,
        previousWebhookSecretEncrypted: DataTypes.TEXT,
        leadMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        graceMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        watchMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        settleMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        furtherReminders: { type: DataTypes.STRING, allowNull: false, defaultValue: '' },
        lateMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        presentMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        version: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        appSavedAt: DataTypes.DATE(3),
        webhookSecretSavedAt: DataTypes.DATE(3),
        updatedBy: DataTypes.BIGINT.UNSIGNED,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomSetting', tableName: 'zoom_settings', underscored: true },
    );
  }
}
