"""Questions in everyday words over one table: who, where and when, the latest, how long, fewer than the year before."""
