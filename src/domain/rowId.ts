/** A row's id as people and addresses write it. */
export const ROW_ID = /^[1-9]\d{0,14}$/;
