import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';

export type LinkQuality = 'registrant' | 'invite' | 'plain';

/** A join pass. `token` is the SHA-256 of the token in the link, never the token. */
export class ZoomSecureToken extends Model<InferAttributes<ZoomSecureToken>, InferCreationAttributes<ZoomSecureToken>> {
  declare id: CreationOptional<number>;
  declare classDateId: number;
  declare userId: CreationOptional<number | null>;
  declare guestId: CreationOptional<number | null>;
  declare email: string;
  declare token: string;
  declare keyId: string;
  declare epoch: CreationOptional<number>;
  declare usedAt: CreationOptional<Date | null>;
  declare holderHash: CreationOptional<string | null>;
  declare ipAddress: CreationOptional<string | null>;
  declare userAgent: CreationOptional<string | null>;
  declare takeovers: CreationOptional<number>;
  /** SHA-256 of the token before the newest */
  declare formerToken: CreationOptional<string | null>;
  declare revokedAt: CreationOptional<Date | null>;
  /** revoked because its person is disabled; given back when they are enabled */
  declare withheld: CreationOptional<boolean>;
  declare linkQuality: CreationOptional<LinkQuality | null>;
  declare linkMeetingId: CreationOptional<number | null>;
  declare registrantId: CreationOptional<string | null>;
  /** by which Zoom knew the person in earlier meetings of the class, or at an earlier address; separated by spaces */
  declare formerRegistrants: CreationOptional<string | null>;
  declare personalUrlEncrypted: CreationOptional<string | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        userId: DataTypes.BIGINT.UNSIGNED,
        guestId: DataTypes.BIGINT.UNSIGNED,
        email: { type: DataTypes.STRING, allowNull: false },
        token: { type: DataTypes.STRING, allowNull: false },
        keyId: { type: DataTypes.STRING, allowNull: false },
        epoch: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 1 },
        usedAt: DataTypes.DATE(3),
        holderHash: DataTypes.STRING,
        ipAddress: DataTypes.STRING,
        userAgent: DataTypes.STRING,
        takeovers: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        formerToken: DataTypes.STRING,
        revokedAt: DataTypes.DATE(3),
        withheld: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
        linkQuality: DataTypes.STRING,
        linkMeetingId: DataTypes.BIGINT.UNSIGNED,
        registrantId: DataTypes.STRING,
        formerRegistrants: DataTypes.TEXT,
        personalUrlEncrypted: DataTypes.TEXT,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ZoomSecureToken', tableName: 'zoom_secure_tokens', underscored: true },
    );
  }
}
