import type { SimulatedUser } from './options';

/** A small school on one paid account, and two teachers with free accounts of their own. */
export function defaultUsers(): SimulatedUser[] {
  return [
    teacher('30R7kT7bTIKSNUFEuH_Qlg', 'school', 'ada.lovelace@teachers.example', 'Ada', 'Lovelace'),
    teacher('Zk4pQ0sTQ2mJ8vXw1nB7Rg', 'school', 'emmy.noether@teachers.example', 'Emmy', 'Noether'),
    teacher('pL9cYt3eSfKhD6uAa2Wm5w', 'school', 'jose.munoz@teachers.example', 'José', 'Muñoz'),
    teacher('Hq7nRb5xTgCzE1oMi8Ks4A', 'grace', 'grace.hopper@teachers.example', 'Grace', 'Hopper'),
    basic('tUo7WdV2QjyNf0LrXc9G3w', 'basil', 'basil.basic@teachers.example', 'Basil', 'Basic'),
    basic('bV6mJs1kRzWpA4hTe0Yd8Q', 'bea', 'bea.basic@teachers.example', 'Bea', 'Basic'),
  ];
}

const ACCOUNTS: Record<string, string> = {
  school: 'PX5yQ8rSTbeKcW2nGm1vLA',
  grace: 'Gh3tNw6ZQxuFs9Jd4kPo7B',
  basil: 'Ba7sLe2MRyiXc5Vn0uTq1C',
  bea: 'Be1aKd4PSwoZr8Hm6gJf3D',
};

function teacher(id: string, account: string, email: string, firstName: string, lastName: string): SimulatedUser {
  return { ...person(id, account, email, firstName, lastName), type: 2, plan: 'pro' };
}

function basic(id: string, account: string, email: string, firstName: string, lastName: string): SimulatedUser {
  return { ...person(id, account, email, firstName, lastName), type: 1, plan: 'free' };
}

function person(id: string, account: string, email: string, firstName: string, lastName: string) {
  return { id, accountId: ACCOUNTS[account] ?? account, email, firstName, lastName };
}
