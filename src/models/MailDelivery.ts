import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { MailKind, MailState } from '../domain/mails';

export class MailDelivery extends Model<InferAttributes<MailDelivery>, InferCreationAttributes<MailDelivery>> {
  declare id: CreationOptional<number>;
  /** about a class date … */
  declare classDateId: CreationOptional<number | null>;
  /** … or about an incident … */
  declare incidentId: CreationOptional<number | null>;
  /** … or about a link to choose a password by */
  declare accountLinkId: CreationOptional<number | null>;
  declare recipientKey: string;
  declare passId: CreationOptional<number | null>;
  declare userId: CreationOptional<number | null>;
  /** an address that is theirs no longer, where this mail goes; null: where they read now */
  declare toEmail: CreationOptional<string | null>;
  declare kind: MailKind;
  declare version: number;
  /** of a further reminder: how long before the start; 0 for every other mail */
  declare minutesBefore: CreationOptional<number>;
  /** counts how often it was sent once more by hand; whoever plans leaves such a mail alone */
  declare copy: CreationOptional<number>;
  declare state: MailState;
  declare messageKey: string;
  declare attempts: CreationOptional<number>;
  declare resent: CreationOptional<boolean>;
  declare nextAttemptAt: Date;
  declare usefulUntil: Date;
  declare leaseHolder: CreationOptional<string | null>;
  declare leaseUntil: CreationOptional<Date | null>;
  declare lastError: CreationOptional<string | null>;
  declare sentAt: CreationOptional<Date | null>;
  /** when its reader was told what stands below, or was taken to know it; null until then */
  declare toldAt: CreationOptional<Date | null>;
  declare toldStartsAt: CreationOptional<Date | null>;
  declare toldDurationMinutes: CreationOptional<number | null>;
  declare toldTeacherId: CreationOptional<number | null>;
  /** that the class does not take place */
  declare toldOff: CreationOptional<boolean>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        classDateId: DataTypes.BIGINT.UNSIGNED,
        incidentId: DataTypes.BIGINT.UNSIGNED,
        accountLinkId: DataTypes.BIGINT.UNSIGNED,
        recipientKey: { type: DataTypes.STRING, allowNull: false },
        passId: DataTypes.BIGINT.UNSIGNED,
        userId: DataTypes.BIGINT.UNSIGNED,
        toEmail: { type: DataTypes.STRING, defaultValue: null },
        kind: { type: DataTypes.STRING, allowNull: false },
        version: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        minutesBefore: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        copy: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        state: { type: DataTypes.STRING, allowNull: false },
        messageKey: { type: DataTypes.STRING, allowNull: false },
        attempts: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        resent: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
        nextAttemptAt: { type: DataTypes.DATE(3), allowNull: false },
        usefulUntil: { type: DataTypes.DATE(3), allowNull: false },
        leaseHolder: DataTypes.STRING,
        leaseUntil: DataTypes.DATE(3),
        lastError: DataTypes.STRING,
        sentAt: DataTypes.DATE(3),
        toldAt: DataTypes.DATE(3),
        toldStartsAt: DataTypes.DATE(3),
        toldDurationMinutes: DataTypes.INTEGER.UNSIGNED,
        toldTeacherId: DataTypes.BIGINT.UNSIGNED,
        toldOff: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'MailDelivery', tableName: 'mail_deliveries', underscored: true },
    );
  }
}
