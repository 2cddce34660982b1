/** The colours on light paper. */
export const LIGHT = `
--paper:#fdfdfb;--card:#f4f4f0;--ink:#1c2024;--muted:#5b636c;--line:#d9dcdf;--shade:#ececE7;
--clean:#2f6fae;--poison:#b9730f;--wrong:#c42f29;--well:#2c7a57;--wrong-tint:#fbeeec;--odd:#7d5200;
--before:#878f97;--repaired:#2f8a76;--after:#1f4e8c;
--series-1:#b3530d;--series-2:#6a3d9a;--series-3:#147a68;--series-4:#ad2a72;--series-5:#5c6a00;--series-6:#2f6fae;`;

/** The same on dark. */
export const DARK = `
--paper:#14171a;--card:#1d2125;--ink:#e7e9eb;--muted:#9fa8b1;--line:#363c43;--shade:#23282d;
--clean:#68aee8;--poison:#e2a548;--wrong:#ff7067;--well:#62c696;--wrong-tint:#2c1c1c;--odd:#e2a548;
--before:#8a939c;--repaired:#55bfa7;--after:#8fbcf5;
--series-1:#f09452;--series-2:#b99bea;--series-3:#4cc3ab;--series-4:#ee84b8;--series-5:#bfc95a;--series-6:#68aee8;`;
