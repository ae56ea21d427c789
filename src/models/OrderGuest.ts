import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export class OrderGuest extends Model<InferAttributes<OrderGuest>, InferCreationAttributes<OrderGuest>> {
  declare id: CreationOptional<number>;
  declare orderId: number;
  declare email: string;
  declare name: CreationOptional<string | null>;
  declare timeZone: CreationOptional<string | null>;
  /** BCP 47, such as `de-AT`; null while it is not known */
  declare language: CreationOptional<string | null>;
  declare removedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        orderId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        email: { type: DataTypes.STRING, allowNull: false },
        name: DataTypes.STRING,
        timeZone: DataTypes.STRING,
        language: DataTypes.STRING,
        removedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'OrderGuest', tableName: 'order_guests', underscored: true },
    );
  }
}
