import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export type ParticipantRole = 'host' | 'participant' | 'guest';
export type MatchedBy = 'registrant' | 'email' | 'invite' | 'host' | 'none';
/** `both`: a webhook told of the stay, and Zoom's list of what it had left out. */
export type SegmentSource = 'webhook' | 'zoom_list' | 'both';

/** One stay of one person in one meeting instance. */
export class ZoomParticipant extends Model<InferAttributes<ZoomParticipant>, InferCreationAttributes<ZoomParticipant>> {
  declare id: CreationOptional<number>;
  declare instanceId: number;
  declare zoomSessionUserId: string;
  /** of a stay in a breakout room, or by telephone: the stay in the meeting that it belongs to */
  declare parentSessionUserId: CreationOptional<string | null>;
  declare participantUuid: CreationOptional<string | null>;
  declare registrantId: CreationOptional<string | null>;
  declare zoomUserId: CreationOptional<string | null>;
  declare passId: CreationOptional<number | null>;
  declare userName: CreationOptional<string | null>;
  declare userEmail: CreationOptional<string | null>;
  declare role: ParticipantRole;
  declare matchedBy: MatchedBy;
  declare joinTime: CreationOptional<Date | null>;
  declare leaveTime: CreationOptional<Date | null>;
  declare source: SegmentSource;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        instanceId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        zoomSessionUserId: { type: DataTypes.STRING, allowNull: false },
        parentSessionUserId: DataTypes.STRING,
        participantUuid: DataTypes.STRING,
        registrantId: DataTypes.STRING,
        zoomUserId: DataTypes.STRING,
        passId: DataTypes.BIGINT.UNSIGNED,
        userName: DataTypes.STRING,
        userEmail: DataTypes.STRING,
        role: { type: DataTypes.STRING, allowNull: false },
        matchedBy: { type: DataTypes.STRING, allowNull: false },
        joinTime: DataTypes.DATE(3),
        leaveTime: DataTypes.DATE(3),
        source: { type: DataTypes.STRING, allowNull: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomParticipant', tableName: 'zoom_participants', underscored: true },
    );
  }
}
