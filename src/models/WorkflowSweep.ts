import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** What one sweep saw and did; its row is written when it is through. */
export class WorkflowSweep extends Model<InferAttributes<WorkflowSweep>, InferCreationAttributes<WorkflowSweep>> {
  declare id: CreationOptional<number>;
  declare expected: number;
  declare running: number;
  declare missing: number;
  declare onTheirWay: number;
  declare stuck: number;
  declare orphans: number;
  declare overdue: number;
  declare failed: number;
  declare startedAt: Date;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    // One each: Sequelize writes the column's name into it.
    const count = () => ({ type: DataTypes.INTEGER.UNSIGNED, allowNull: false });
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        expected: count(),
        running: count(),
        missing: count(),
        onTheirWay: count(),
        stuck: count(),
        orphans: count(),
        overdue: count(),
        failed: count(),
        startedAt: { type: DataTypes.DATE(3), allowNull: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'WorkflowSweep', tableName: 'workflow_sweeps', underscored: true },
    );
  }
}
