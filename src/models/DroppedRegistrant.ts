import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** A registrant at Zoom whose link is to be taken back. */
export class DroppedRegistrant extends Model<
  InferAttributes<DroppedRegistrant>,
  InferCreationAttributes<DroppedRegistrant>
> {
  declare id: CreationOptional<number>;
  declare classDateId: number;
  /** the meeting's row */
  declare zoomMeetingId: number;
  declare registrantId: string;
  declare attempts: CreationOptional<number>;
  declare nextAttemptAt: CreationOptional<Date | null>;
  declare doneAt: CreationOptional<Date | null>;
  declare lastError: CreationOptional<string | null>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        zoomMeetingId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        registrantId: { type: DataTypes.STRING, allowNull: false },
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        nextAttemptAt: DataTypes.DATE(3),
        doneAt: DataTypes.DATE(3),
        lastError: DataTypes.STRING,
      },
      { sequelize, modelName: 'DroppedRegistrant', tableName: 'dropped_registrants', underscored: true },
    );
  }
}
