import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { ApiScope } from '../domain/apiScopes';

/** What a marketplace's program proves itself with; the key itself is shown once and kept nowhere. */
export class ApiKey extends Model<InferAttributes<ApiKey>, InferCreationAttributes<ApiKey>> {
  declare id: CreationOptional<number>;
  declare name: string;
  /** whose orders it sees and makes */
  declare customer: string;
  declare secretHash: string;
  /** its first characters, for people to tell keys apart */
  declare hint: string;
  /** with spaces between */
  declare scopes: string;
  declare callsAMinute: number;
  /** null: by the command line */
  declare createdBy: CreationOptional<number | null>;
  declare expiresAt: CreationOptional<Date | null>;
  declare revokedAt: CreationOptional<Date | null>;
  declare lastUsedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  isGood(now: Date): boolean {
    return this.revokedAt === null && (this.expiresAt === null || this.expiresAt > now);
  }

  may(scope: ApiScope): boolean {
    return this.scopes.split(' ').includes(scope);
  }

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        name: { type: DataTypes.STRING, allowNull: false },
        customer: { type: DataTypes.STRING, allowNull: false },
        secretHash: { type: DataTypes.STRING, allowNull: false },
        hint: { type: DataTypes.STRING, allowNull: false },
        scopes: { type: DataTypes.STRING, allowNull: false },
        callsAMinute: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        createdBy: DataTypes.BIGINT.UNSIGNED,
        expiresAt: DataTypes.DATE(3),
        revokedAt: DataTypes.DATE(3),
        lastUsedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ApiKey', tableName: 'api_keys', underscored: true },
    );
  }
}
