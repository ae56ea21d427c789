import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { MeetingState, MeetingStatus } from '../domain/meetingStates';

/** One attempt at one Zoom meeting; `meetingId` is Zoom's id, `isCurrent` is true or null. */
export class ZoomMeeting extends Model<InferAttributes<ZoomMeeting>, InferCreationAttributes<ZoomMeeting>> {
  declare id: CreationOptional<number>;
  declare orderId: number;
  declare classDateId: number;
  declare teacherId: number;
  declare generation: number;
  declare isCurrent: CreationOptional<boolean | null>;
  declare state: MeetingState;
  declare marker: string;
  /** in whose Zoom account it is (src/security/roomHost); null where that is not known */
  declare hostHash: CreationOptional<string | null>;
  declare attempts: CreationOptional<number>;
  declare looks: CreationOptional<number>;
  declare unknownSince: CreationOptional<Date | null>;
  declare nextAttemptAt: CreationOptional<Date | null>;
  /** when Zoom's list is looked at once more for a meeting of an attempt that was given up; null: not any more, or none was */
  declare lateLookAt: CreationOptional<Date | null>;
  declare lastError: CreationOptional<string | null>;
  declare syncedVersion: CreationOptional<number>;
  declare meetingId: CreationOptional<string | null>;
  declare topic: string;
  declare startTime: Date;
  /** the start it was made for, where it was kept through edits of its class; null: the one it has */
  declare madeFor: CreationOptional<Date | null>;
  declare duration: number;
  declare timezone: string;
  declare registration: CreationOptional<boolean>;
  declare joinUrlEncrypted: CreationOptional<string | null>;
  declare status: CreationOptional<MeetingStatus | null>;
  declare actualStartTime: CreationOptional<Date | null>;
  declare actualEndTime: CreationOptional<Date | null>;
  /** when Zoom's own account of it had been read in full; null where it has none, or none that is finished */
  declare reconciledAt: CreationOptional<Date | null>;
  /** when it was last seen at Zoom */
  declare seenAt: CreationOptional<Date | null>;
  /** how many times Zoom has said that somebody changed it, and up to which of them it has been looked at since */
  declare changesTold: CreationOptional<number>;
  declare changesSeen: CreationOptional<number>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        orderId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        teacherId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        generation: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        isCurrent: DataTypes.BOOLEAN,
        state: { type: DataTypes.STRING, allowNull: false },
        marker: { type: DataTypes.STRING, allowNull: false },
        hostHash: DataTypes.STRING,
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        looks: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        unknownSince: DataTypes.DATE(3),
        nextAttemptAt: DataTypes.DATE(3),
        lateLookAt: DataTypes.DATE(3),
        lastError: DataTypes.STRING,
        syncedVersion: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        meetingId: DataTypes.STRING,
        topic: { type: DataTypes.STRING, allowNull: false },
        startTime: { type: DataTypes.DATE(3), allowNull: false },
        madeFor: DataTypes.DATE(3),
        duration: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        timezone: { type: DataTypes.STRING, allowNull: false },
        registration: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
        joinUrlEncrypted: DataTypes.TEXT,
        status: DataTypes.STRING,
        actualStartTime: DataTypes.DATE(3),
        actualEndTime: DataTypes.DATE(3),
        reconciledAt: DataTypes.DATE(3),
        seenAt: DataTypes.DATE(3),
        changesTold: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        changesSeen: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomMeeting', tableName: 'zoom_meetings', underscored: true },
    );
  }
}
