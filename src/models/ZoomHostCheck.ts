import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** What Zoom last said of a teacher as a host; `askedAt` is the workflow's now, as is when to ask again. */
export class ZoomHostCheck extends Model<InferAttributes<ZoomHostCheck>, InferCreationAttributes<ZoomHostCheck>> {
  declare userId: number;
  declare askedAt: CreationOptional<Date | null>;
  declare active: CreationOptional<boolean | null>;
  /** how many people a meeting of theirs may have; null where we were not told */
  declare capacity: CreationOptional<number | null>;
  declare attempts: CreationOptional<number>;
  declare nextAttemptAt: CreationOptional<Date | null>;
  declare leaseHolder: CreationOptional<string | null>;
  declare leaseUntil: CreationOptional<Date | null>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        userId: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true },
        askedAt: DataTypes.DATE(3),
        active: DataTypes.BOOLEAN,
        capacity: DataTypes.INTEGER.UNSIGNED,
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        nextAttemptAt: DataTypes.DATE(3),
        leaseHolder: DataTypes.STRING,
        leaseUntil: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomHostCheck', tableName: 'zoom_host_checks', underscored: true },
    );
  }
}
