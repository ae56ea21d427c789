import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

/** An audit row's place in the chain. The latest one stands for everything before it. */
export class AuditLink extends Model<InferAttributes<AuditLink>, InferCreationAttributes<AuditLink>> {
  declare seq: number;
  declare auditId: number;
  declare hash: string;
  declare seal: string;
  declare createdAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        seq: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true },
        auditId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        hash: { type: DataTypes.STRING, allowNull: false },
        seal: { type: DataTypes.STRING, allowNull: false },
        createdAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'AuditLink', tableName: 'audit_links', underscored: true, updatedAt: false },
    );
  }
}
