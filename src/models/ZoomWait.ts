import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { MatchedBy } from './ZoomParticipant';

/** One person's time in the waiting room of one run of a meeting. */
export class ZoomWait extends Model<InferAttributes<ZoomWait>, InferCreationAttributes<ZoomWait>> {
  declare id: CreationOptional<number>;
  declare zoomMeetingId: number;
  /** of the run, which may not have begun yet */
  declare uuid: string;
  declare zoomSessionUserId: string;
  declare passId: CreationOptional<number | null>;
  declare matchedBy: CreationOptional<MatchedBy>;
  declare beganAt: CreationOptional<Date | null>;
  declare endedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        zoomMeetingId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        uuid: { type: DataTypes.STRING, allowNull: false },
        zoomSessionUserId: { type: DataTypes.STRING, allowNull: false },
        passId: DataTypes.BIGINT.UNSIGNED,
        matchedBy: { type: DataTypes.STRING, allowNull: false, defaultValue: 'none' },
        beganAt: DataTypes.DATE(3),
        endedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomWait', tableName: 'zoom_waits', underscored: true },
    );
  }
}
