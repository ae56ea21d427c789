import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export class ZoomMeetingInstance extends Model<
  InferAttributes<ZoomMeetingInstance>,
  InferCreationAttributes<ZoomMeetingInstance>
> {
  declare id: CreationOptional<number>;
  declare zoomMeetingId: number;
  declare uuid: string;
  declare startedAt: CreationOptional<Date | null>;
  declare endedAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        zoomMeetingId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        uuid: { type: DataTypes.STRING, allowNull: false },
        startedAt: DataTypes.DATE(3),
        endedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomMeetingInstance', tableName: 'zoom_meeting_instances', underscored: true },
    );
  }
}
