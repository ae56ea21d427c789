import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { RiskKind } from '../domain/classRisks';

/** Something that is wrong with a class that is to come; `isOpen` is true or null. */
export class ClassRisk extends Model<InferAttributes<ClassRisk>, InferCreationAttributes<ClassRisk>> {
  declare id: CreationOptional<number>;
  declare classDateId: number;
  declare kind: RiskKind;
  declare isOpen: CreationOptional<boolean | null>;
  declare detail: CreationOptional<string | null>;
  declare since: Date;
  /** when whoever can mend it was told, by whatever mail */
  declare toldAt: CreationOptional<Date | null>;
  declare clearedAt: CreationOptional<Date | null>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        kind: { type: DataTypes.STRING, allowNull: false },
        isOpen: DataTypes.BOOLEAN,
        detail: DataTypes.STRING,
        since: { type: DataTypes.DATE(3), allowNull: false },
        toldAt: DataTypes.DATE(3),
        clearedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ClassRisk', tableName: 'class_risks', underscored: true },
    );
  }
}
