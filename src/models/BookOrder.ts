import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export class BookOrder extends Model<InferAttributes<BookOrder>, InferCreationAttributes<BookOrder>> {
  declare id: CreationOptional<number>;
  /** whose program made it, and what they call it; null for one that was made here */
  declare customer: CreationOptional<string | null>;
  declare externalId: CreationOptional<string | null>;
  declare externalRevision: CreationOptional<number | null>;
  /** see src/commands/externalFields.ts */
  declare externalFields: CreationOptional<string | null>;
  declare title: string;
  declare userId: number;
  declare teacherId: number;
  /** rises with each change of what stands here */
  declare version: CreationOptional<number>;
  declare cancelledAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        customer: DataTypes.STRING,
        externalId: DataTypes.STRING,
        externalRevision: DataTypes.BIGINT.UNSIGNED,
        externalFields: DataTypes.STRING,
        title: { type: DataTypes.STRING, allowNull: false },
        userId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        teacherId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        version: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 1 },
        cancelledAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'BookOrder', tableName: 'book_orders', underscored: true },
    );
  }
}
