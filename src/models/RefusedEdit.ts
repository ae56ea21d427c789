import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** An edit that a marketplace was refused because of a change made here; of an order, or of one of its class dates. */
export class RefusedEdit extends Model<InferAttributes<RefusedEdit>, InferCreationAttributes<RefusedEdit>> {
  declare id: CreationOptional<number>;
  declare orderId: number;
  declare classDateId: CreationOptional<number | null>;
  /** `order:12` or `class_date:34`: of each there is one at most */
  declare subjectKey: string;
  /** the names of the fields that were changed here, separated by spaces */
  declare fields: string;
  /** all that the marketplace sent, as JSON: an OrderPut or a ClassDatePut */
  declare content: string;
  declare refusedAt: Date;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        orderId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        classDateId: DataTypes.BIGINT.UNSIGNED,
        subjectKey: { type: DataTypes.STRING, allowNull: false },
        fields: { type: DataTypes.STRING, allowNull: false },
        content: { type: DataTypes.TEXT('medium'), allowNull: false },
        refusedAt: { type: DataTypes.DATE(3), allowNull: false },
      },
      { sequelize, modelName: 'RefusedEdit', tableName: 'refused_edits', underscored: true, timestamps: false },
    );
  }
}
