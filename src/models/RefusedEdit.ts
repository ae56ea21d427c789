import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/**
 * An edit that a marketplace was refused because of a change made here; of an order, of one of its class dates, or of a
 * person. */
export class RefusedEdit extends Model<InferAttributes<RefusedEdit>, InferCreationAttributes<RefusedEdit>> {
  declare id: CreationOptional<number>;
  /** null: it is of a person */
  declare orderId: CreationOptional<number | null>;
  declare classDateId: CreationOptional<number | null>;
  declare userId: CreationOptional<number | null>;
  /** `order:12`, `class_date:34` or `user:56`: of each there is one at most */
  declare subjectKey: string;
  /** the names of the fields that were changed here, separated by spaces */
  declare fields: string;
  /** all that the marketplace sent, as JSON: an OrderPut, a ClassDatePut or a PersonPut */
  declare content: string;
  declare refusedAt: Date;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        orderId: DataTypes.BIGINT.UNSIGNED,
        classDateId: DataTypes.BIGINT.UNSIGNED,
        userId: DataTypes.BIGINT.UNSIGNED,
        subjectKey: { type: DataTypes.STRING, allowNull: false },
        fields: { type: DataTypes.STRING, allowNull: false },
        content: { type: DataTypes.TEXT('medium'), allowNull: false },
        refusedAt: { type: DataTypes.DATE(3), allowNull: false },
      },
      { sequelize, modelName: 'RefusedEdit', tableName: 'refused_edits', underscored: true, timestamps: false },
    );
  }
}
