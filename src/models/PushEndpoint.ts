import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { OffReason } from '../domain/pushes';

/** Where a marketplace has its events pushed to. */
export class PushEndpoint extends Model<InferAttributes<PushEndpoint>, InferCreationAttributes<PushEndpoint>> {
  declare id: CreationOptional<number>;
  declare randomKey: string;
  /** whose orders it hears of */
  declare customer: string;
  /** what the customer's programs call it; null: an admin made it */
  declare externalId: CreationOptional<string | null>;
  declare externalRevision: CreationOptional<number | null>;
  /** a digest of each field as the program last sent it, as JSON */
  declare externalFields: CreationOptional<string | null>;
  declare url: string;
  /** of events, with commas between */
  declare types: string;
  declare secretEncrypted: string;
  /** what the program called it that had it made */
  declare secretName: CreationOptional<string | null>;
  /** signs beside the new one until then */
  declare previousSecretEncrypted: CreationOptional<string | null>;
  declare previousSecretUntil: CreationOptional<Date | null>;
  declare state: 'on' | 'off';
  declare offReason: CreationOptional<OffReason | null>;
  declare offSince: CreationOptional<Date | null>;
  /** pauses on end, without a delivery between them */
  declare failures: CreationOptional<number>;
  declare failingSince: CreationOptional<Date | null>;
  declare pausedUntil: CreationOptional<Date | null>;
  /** the receiver wants no call before; news do not bring one forward either */
  declare askedUntil: CreationOptional<Date | null>;
  declare lastFailedAt: CreationOptional<Date | null>;
  declare lastDeliveredAt: CreationOptional<Date | null>;
  declare leaseHolder: CreationOptional<string | null>;
  declare leaseUntil: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        randomKey: { type: DataTypes.STRING, allowNull: false },
        customer: { type: DataTypes.STRING, allowNull: false },
        externalId: DataTypes.STRING,
        externalRevision: DataTypes.BIGINT.UNSIGNED,
        externalFields: DataTypes.STRING,
        url: { type: DataTypes.STRING, allowNull: false },
        types: { type: DataTypes.STRING, allowNull: false },
        secretEncrypted: { type: DataTypes.TEXT, allowNull: false },
        secretName: DataTypes.STRING,
        previousSecretEncrypted: DataTypes.TEXT,
        previousSecretUntil: DataTypes.DATE(3),
        state: { type: DataTypes.STRING, allowNull: false },
        offReason: DataTypes.STRING,
        offSince: DataTypes.DATE(3),
        failures: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        failingSince: DataTypes.DATE(3),
        pausedUntil: DataTypes.DATE(3),
        askedUntil: DataTypes.DATE(3),
        lastFailedAt: DataTypes.DATE(3),
        lastDeliveredAt: DataTypes.DATE(3),
        leaseHolder: DataTypes.STRING,
        leaseUntil: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'PushEndpoint', tableName: 'push_endpoints', underscored: true },
    );
  }
}
