import { randomBytes } from 'node:crypto';
import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export type ConnectionState = 'connected' | 'needs_reconnect' | 'disconnected';

export class ZoomConnection extends Model<InferAttributes<ZoomConnection>, InferCreationAttributes<ZoomConnection>> {
  declare id: CreationOptional<number>;
  declare userId: number;
  declare randomKey: CreationOptional<string>;
  declare state: ConnectionState;
  declare stateReason: CreationOptional<string | null>;
  declare zoomUserId: CreationOptional<string | null>;
  declare zoomAccountId: CreationOptional<string | null>;
  declare zoomEmail: CreationOptional<string | null>;
  declare zoomName: CreationOptional<string | null>;
  declare licensed: CreationOptional<boolean>;
  declare apiUrl: CreationOptional<string | null>;
  declare scopes: CreationOptional<string | null>;
  declare accessTokenEncrypted: CreationOptional<string | null>;
  declare refreshTokenEncrypted: CreationOptional<string | null>;
  declare previousRefreshTokenEncrypted: CreationOptional<string | null>;
  declare tokenExpiresAt: CreationOptional<Date | null>;
  declare refreshedAt: CreationOptional<Date | null>;
  declare pausedUntil: CreationOptional<Date | null>;
  declare leaseHolder: CreationOptional<string | null>;
  declare leaseUntil: CreationOptional<Date | null>;
  declare version: CreationOptional<number>;
  declare connectedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        userId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        randomKey: { type: DataTypes.STRING, allowNull: false, defaultValue: () => randomBytes(16).toString('hex') },
        state: { type: DataTypes.STRING, allowNull: false },
        stateReason: DataTypes.STRING,
        zoomUserId: DataTypes.STRING,
        zoomAccountId: DataTypes.STRING,
        zoomEmail: DataTypes.STRING,
        zoomName: DataTypes.STRING,
        licensed: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
        apiUrl: DataTypes.STRING,
        scopes: DataTypes.TEXT,
        accessTokenEncrypted: DataTypes.TEXT,
        refreshTokenEncrypted: DataTypes.TEXT,
        previousRefreshTokenEncrypted: DataTypes.TEXT,
        tokenExpiresAt: DataTypes.DATE(3),
        refreshedAt: DataTypes.DATE(3),
        pausedUntil: DataTypes.DATE(3),
        leaseHolder: DataTypes.STRING,
        leaseUntil: DataTypes.DATE(3),
        version: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        connectedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomConnection', tableName: 'zoom_connections', underscored: true },
    );
  }
}
