import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { AuditAction } from '../domain/auditActions';

/**
 * To erase a personal field (`userId`, `ipAddress`, `userAgent`), set it and its salt to null: its commitment stays, says
 * nothing without the salt, and keeps the seal and the chain whole.
 */
export class ZoomAuditLog extends Model<InferAttributes<ZoomAuditLog>, InferCreationAttributes<ZoomAuditLog>> {
  declare id: CreationOptional<number>;
  declare userId: CreationOptional<number | null>;
  declare action: AuditAction;
  declare entityType: CreationOptional<string | null>;
  declare entityId: CreationOptional<number | null>;
  declare metadata: CreationOptional<string | null>;
  declare ipAddress: CreationOptional<string | null>;
  declare userAgent: CreationOptional<string | null>;
  declare userSalt: CreationOptional<string | null>;
  declare ipSalt: CreationOptional<string | null>;
  declare agentSalt: CreationOptional<string | null>;
  /** null in rows from before there were any */
  declare commitments: CreationOptional<string | null>;
  declare seal: string;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        userId: DataTypes.BIGINT.UNSIGNED,
        action: { type: DataTypes.STRING, allowNull: false },
        entityType: DataTypes.STRING,
        entityId: DataTypes.BIGINT.UNSIGNED,
        metadata: DataTypes.TEXT,
        ipAddress: DataTypes.STRING,
        userAgent: DataTypes.STRING,
        userSalt: DataTypes.STRING,
        ipSalt: DataTypes.STRING,
        agentSalt: DataTypes.STRING,
        commitments: DataTypes.STRING,
        seal: { type: DataTypes.STRING, allowNull: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomAuditLog', tableName: 'zoom_audit_logs', underscored: true },
    );
  }
}
