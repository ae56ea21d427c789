import { DataTypes, Model, type InferAttributes, type InferCreationAttributes, type Sequelize } from 'sequelize';

/** An address that a mail server has refused, as SHA-256 of its lower case. */
export class BouncedAddress extends Model<InferAttributes<BouncedAddress>, InferCreationAttributes<BouncedAddress>> {
  declare addressHash: string;
  declare bouncedAt: Date;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        addressHash: { type: DataTypes.STRING, primaryKey: true },
        bouncedAt: { type: DataTypes.DATE(3), allowNull: false },
      },
      {
        sequelize,
        modelName: 'BouncedAddress',
        tableName: 'bounced_addresses',
        underscored: true,
        timestamps: false,
      },
    );
  }
}
