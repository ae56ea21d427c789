import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/**
 * What a marketplace's program called a buyer in an order of its own, when it named them by address; or what it had put them as,
 * until they were handed over to another.
 */
export class OrderBuyer extends Model<InferAttributes<OrderBuyer>, InferCreationAttributes<OrderBuyer>> {
  declare id: CreationOptional<number>;
  declare orderId: number;
  declare userId: number;
  declare firstName: string;
  declare lastName: string;
  declare timeZone: string | null;
  declare language: string | null;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        orderId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        userId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        firstName: { type: DataTypes.STRING, allowNull: false },
        lastName: { type: DataTypes.STRING, allowNull: false },
        timeZone: DataTypes.STRING,
        language: DataTypes.STRING,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'OrderBuyer', tableName: 'order_buyers', underscored: true },
    );
  }
}
