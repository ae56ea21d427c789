import {
  DataTypes,
  Model,
  Op,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
  type WhereOptions,
} from 'sequelize';

/** An address or network that is not let in until `expiresAt`, or until somebody lifts it. */
export class BlockedIp extends Model<InferAttributes<BlockedIp>, InferCreationAttributes<BlockedIp>> {
  declare id: CreationOptional<number>;
  /** as people write it: 192.0.2.7, 192.0.2.0/24, 2001:db8::/48 */
  declare network: string;
  declare rangeStart: string;
  declare rangeEnd: string;
  declare reason: string;
  declare createdBy: number;
  declare expiresAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        network: { type: DataTypes.STRING, allowNull: false },
        rangeStart: { type: DataTypes.STRING, allowNull: false },
        rangeEnd: { type: DataTypes.STRING, allowNull: false },
        reason: { type: DataTypes.STRING, allowNull: false },
        createdBy: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        expiresAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'BlockedIp', tableName: 'blocked_ips', underscored: true },
    );
  }

  static inForce(now: Date): WhereOptions<InferAttributes<BlockedIp>> {
    return { expiresAt: { [Op.or]: [null, { [Op.gt]: now }] } };
  }

  isInForce(now: Date): boolean {
    return this.expiresAt === null || this.expiresAt > now;
  }
}
