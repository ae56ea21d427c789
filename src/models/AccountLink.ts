import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { AccountOccasion } from '../domain/accountLinks';

/**
 * A one-time way to choose a password, which is mailed to the person it is for; or, of the purpose `address_changed`, what a
 * mail to their former address is about, which was never a way to anything.
 */
export class AccountLink extends Model<InferAttributes<AccountLink>, InferCreationAttributes<AccountLink>> {
  declare id: CreationOptional<number>;
  /** part of the token, and of the id of the workflow that mails it */
  declare randomKey: string;
  declare userId: number;
  declare purpose: AccountOccasion;
  declare keyId: string;
  /** its SHA-256 */
  declare token: string;
  declare expiresAt: Date;
  declare usedAt: CreationOptional<Date | null>;
  /** replaced by another one, or no longer to be used for another reason */
  declare withdrawnAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        randomKey: { type: DataTypes.STRING, allowNull: false },
        userId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        purpose: { type: DataTypes.STRING, allowNull: false },
        keyId: { type: DataTypes.STRING, allowNull: false },
        token: { type: DataTypes.STRING, allowNull: false },
        expiresAt: { type: DataTypes.DATE(3), allowNull: false },
        usedAt: DataTypes.DATE(3),
        withdrawnAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'AccountLink', tableName: 'account_links', underscored: true },
    );
  }
}
