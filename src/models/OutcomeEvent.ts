import { randomBytes } from 'node:crypto';
import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { OutcomeEventType } from '../domain/outcomeEvents';

/** Something that became of a class, written in the commit that it reports. */
export class OutcomeEvent extends Model<InferAttributes<OutcomeEvent>, InferCreationAttributes<OutcomeEvent>> {
  declare id: CreationOptional<number>;
  /** part of its name; null: it is named by its id alone, as those were that came first */
  declare randomKey: CreationOptional<string | null>;
  /** its place in the feed; null until it has been published */
  declare seq: CreationOptional<number | null>;
  declare classDateId: number;
  declare type: OutcomeEventType;
  /** how the class stood then, as JSON: no names, no addresses */
  declare data: string;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        randomKey: { type: DataTypes.STRING, defaultValue: () => randomBytes(8).toString('hex') },
        seq: DataTypes.BIGINT.UNSIGNED,
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        type: { type: DataTypes.STRING, allowNull: false },
        data: { type: DataTypes.TEXT, allowNull: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'OutcomeEvent', tableName: 'outcome_events', underscored: true },
    );
  }
}
