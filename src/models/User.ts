import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type NonAttribute,
  type Sequelize,
} from 'sequelize';

export type Role = 'admin' | 'teacher' | 'student';

export class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
  declare id: CreationOptional<number>;
  /** the marketplace that changes this person by its API; null: none does */
  declare customer: CreationOptional<string | null>;
  declare externalId: CreationOptional<string | null>;
  declare externalRevision: CreationOptional<number | null>;
  /** a digest of each field as that marketplace last sent it, as JSON */
  declare externalFields: CreationOptional<string | null>;
  declare role: Role;
  declare email: string;
  /** since when they read there; null while it has never been changed */
  declare emailSince: CreationOptional<Date | null>;
  declare firstName: string;
  declare lastName: string;
  declare timeZone: CreationOptional<string | null>;
  /** BCP 47, such as `de-AT`; null while it is not known */
  declare language: CreationOptional<string | null>;
  declare passwordHash: CreationOptional<string | null>;
  /** rises when all their sessions end; a session of a former one is none */
  declare sessionEpoch: CreationOptional<number>;
  declare disabledAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  get fullName(): NonAttribute<string> {
    return `${this.firstName} ${this.lastName}`.trim();
  }

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        customer: DataTypes.STRING,
        externalId: DataTypes.STRING,
        externalRevision: DataTypes.BIGINT.UNSIGNED,
        externalFields: DataTypes.STRING,
        role: { type: DataTypes.STRING, allowNull: false },
        email: { type: DataTypes.STRING, allowNull: false },
        emailSince: DataTypes.DATE(3),
        firstName: { type: DataTypes.STRING, allowNull: false },
        lastName: { type: DataTypes.STRING, allowNull: false },
        timeZone: DataTypes.STRING,
        language: DataTypes.STRING,
        passwordHash: DataTypes.STRING,
        sessionEpoch: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        disabledAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'User', tableName: 'users', underscored: true },
    );
  }
}
