import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { ClassOutcome, ClassState, StateReason } from '../domain/classStates';

export class ClassDate extends Model<InferAttributes<ClassDate>, InferCreationAttributes<ClassDate>> {
  declare id: CreationOptional<number>;
  declare randomKey: string;
  declare orderId: number;
  /** what the order's customer calls it; null for one that was booked here */
  declare externalId: CreationOptional<string | null>;
  declare externalRevision: CreationOptional<number | null>;
  /** see src/commands/externalFields.ts */
  declare externalFields: CreationOptional<string | null>;
  declare teacherId: number;
  declare localStart: string;
  /** what was asked for, where the clock jumps over it */
  declare askedLocalStart: CreationOptional<string | null>;
  declare timeZone: string;
  declare startsAt: Date;
  declare durationMinutes: number;
  declare leadMinutes: number;
  declare graceMinutes: number;
  declare watchMinutes: number;
  declare settleMinutes: number;
  /** see src/domain/furtherReminders.ts */
  declare furtherReminders: CreationOptional<string>;
  declare lateMinutes: number;
  declare presentMinutes: number;
  declare state: ClassState;
  declare stateReason: CreationOptional<StateReason | null>;
  declare outcome: CreationOptional<ClassOutcome | null>;
  declare version: CreationOptional<number>;
  declare scheduleVersion: CreationOptional<number>;
  declare liveAt: CreationOptional<Date | null>;
  declare endedAt: CreationOptional<Date | null>;
  declare watchedAt: CreationOptional<Date | null>;
  declare closedAt: CreationOptional<Date | null>;
  declare settledAt: CreationOptional<Date | null>;
  declare evidenceAt: CreationOptional<Date | null>;
  declare nextAttemptAt: CreationOptional<Date | null>;
  declare rehearsedAt: CreationOptional<Date | null>;
  declare rehearsedVersion: CreationOptional<number>;
  /** see src/commands/forgetRehearsals.ts */
  declare rehearsalsForgotten: CreationOptional<number>;
  declare rehearseNotBefore: CreationOptional<Date | null>;
  /** edits are told, and sent to Zoom, together after this */
  declare gathersUntil: CreationOptional<Date | null>;
  declare cancelledAt: CreationOptional<Date | null>;
  declare createdAt: CreationOptional<Date>;
  declare updatedAt: CreationOptional<Date>;

  static define(sequelize: Sequelize): void {
    this.init(
      {
        id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
        randomKey: { type: DataTypes.STRING, allowNull: false },
        orderId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        externalId: DataTypes.STRING,
        externalRevision: DataTypes.BIGINT.UNSIGNED,
        externalFields: DataTypes.STRING,
        teacherId: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false },
        localStart: { type: DataTypes.STRING, allowNull: false },
        askedLocalStart: DataTypes.STRING,
        timeZone: { type: DataTypes.STRING, allowNull: false },
        startsAt: { type: DataTypes.DATE(3), allowNull: false },
        durationMinutes: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false },
        ...keptMinutes(),
        furtherReminders: { type: DataTypes.STRING, allowNull: false, defaultValue: '' },
        state: { type: DataTypes.STRING, allowNull: false },
        stateReason: DataTypes.STRING,
        outcome: DataTypes.STRING,
        version: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 1 },
        scheduleVersion: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 1 },
        liveAt: DataTypes.DATE(3),
        endedAt: DataTypes.DATE(3),
        watchedAt: DataTypes.DATE(3),
        closedAt: DataTypes.DATE(3),
        settledAt: DataTypes.DATE(3),
        evidenceAt: DataTypes.DATE(3),
        nextAttemptAt: DataTypes.DATE(3),
        rehearsedAt: DataTypes.DATE(3),
        rehearsedVersion: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        rehearsalsForgotten: { type: DataTypes.INTEGER.UNSIGNED, allowNull: false, defaultValue: 0 },
        rehearseNotBefore: DataTypes.DATE(3),
        gathersUntil: DataTypes.DATE(3),
        cancelledAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { sequelize, modelName: 'ClassDate', tableName: 'class_dates', underscored: true },
    );
  }
}

/** What a class keeps of the settings that it was booked with. */
function keptMinutes() {
  const minutes = () => ({ type: DataTypes.INTEGER.UNSIGNED, allowNull: false });
  return {
    leadMinutes: minutes(),
    graceMinutes: minutes(),
    watchMinutes: minutes(),
    settleMinutes: minutes(),
    lateMinutes: minutes(),
    presentMinutes: minutes(),
  };
}
