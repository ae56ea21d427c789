import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export class WorkflowOutbox extends Model<InferAttributes<WorkflowOutbox>, InferCreationAttributes<WorkflowOutbox>> {
  declare id: CreationOptional<number>;
  /** The workflow of a class date must hear of it … */
  declare classDateId: CreationOptional<number | null>;
  /** … or that of an incident … */
  declare incidentId: CreationOptional<number | null>;
  /** … or that of a teacher's Zoom connection … */
  declare connectionId: CreationOptional<number | null>;
  /** … or that of an endpoint that events are pushed to … */
  declare pushEndpointId: CreationOptional<number | null>;
  /** … or that of a link to choose a password by. */
  declare accountLinkId: CreationOptional<number | null>;
  declare reason: string;
  declare attempts: CreationOptional<number>;
  declare leaseHolder: CreationOptional<string | null>;
  /** until when it is somebody's, or rests after a try that failed; the relay takes it then */
  declare leaseUntil: CreationOptional<Date | null>;
  declare deliveredAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: DataTypes.BIGINT.UNSIGNED,
        incidentId: DataTypes.BIGINT.UNSIGNED,
        connectionId: DataTypes.BIGINT.UNSIGNED,
        pushEndpointId: DataTypes.BIGINT.UNSIGNED,
        accountLinkId: DataTypes.BIGINT.UNSIGNED,
        reason: { type: DataTypes.STRING, allowNull: false },
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        leaseHolder: DataTypes.STRING,
        leaseUntil: DataTypes.DATE(3),
        deliveredAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'WorkflowOutbox', tableName: 'workflow_outbox', underscored: true },
    );
  }
}
