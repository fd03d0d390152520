/**
 * The GS1 Application Identifiers, as data. Source: GS1 General Specifications, section 3 (formats and data titles) and
 * figure 7.8.5-2 (the AIs of predefined length, which need no separator).
 *
 * A format is a row of parts: n6 six digits, n..8 up to eight digits, x..20 up to twenty characters of the GS1 set 82,
 * y..30 of the set 39, z..90 of the set 64; in brackets what may be missing. After a slash, what the part must be besides:
 * check (last digit is a check digit), date (YYMMDD), day0 (YYMMDD, where the day 00 is the month's last),
 * time (HHMM), hour (HH), sixty (minutes or seconds), zero, count (pieces of a total: NNTT).
 */
export type ApplicationIdentifier = Readonly<{
  ai: string;
  title: string;
  format: string;
  /** How many digits of the last part stand behind the point; null when the value is no number. */
  places: number | null;
}>;

type Row = readonly [ai: string, title: string, format: string];

const fixed: readonly Row[] = [
  ['00', 'SSCC', 'n18/check'],
  ['01', 'GTIN', 'n14/check'],
  ['02', 'CONTENT', 'n14/check'],
  ['03', 'MTO GTIN', 'n14/check'],
  ['10', 'BATCH/LOT', 'x..20'],
  ['11', 'PROD DATE', 'n6/day0'],
  ['12', 'DUE DATE', 'n6/day0'],
  ['13', 'PACK DATE', 'n6/day0'],
  ['15', 'BEST BEFORE or BEST BY', 'n6/day0'],
  ['16', 'SELL BY', 'n6/day0'],
  ['17', 'USE BY OR EXPIRY', 'n6/day0'],
  ['20', 'VARIANT', 'n2'],
  ['21', 'SERIAL', 'x..20'],
  ['22', 'CPV', 'x..20'],
  ['235', 'TPX', 'x..28'],
  ['240', 'ADDITIONAL ID', 'x..30'],
  ['241', 'CUST. PART No.', 'x..30'],
  ['242', 'MTO VARIANT', 'n..6'],
  ['243', 'PCN', 'x..20'],
  ['250', 'SECONDARY SERIAL', 'x..30'],
  ['251', 'REF. TO SOURCE', 'x..30'],
  ['253', 'GDTI', 'n13/check [x..17]'],
  ['254', 'GLN EXTENSION COMPONENT', 'x..20'],
  ['255', 'GCN', 'n13/check [n..12]'],
  ['400', 'ORDER NUMBER', 'x..30'],
  ['401', 'GINC', 'x..30'],
  ['402', 'GSIN', 'n17/check'],
  ['403', 'ROUTE', 'x..30'],
  ['410', 'SHIP TO LOC', 'n13/check'],
  ['411', 'BILL TO', 'n13/check'],
  ['412', 'PURCHASE FROM', 'n13/check'],
  ['413', 'SHIP FOR LOC', 'n13/check'],
  ['414', 'LOC No.', 'n13/check'],
  ['415', 'PAY TO', 'n13/check'],
  ['416', 'PROD/SERV LOC', 'n13/check'],
  ['417', 'PARTY', 'n13/check'],
  ['420', 'SHIP TO POST', 'x..20'],
  ['421', 'SHIP TO POST', 'n3 x..9'],
  ['422', 'ORIGIN', 'n3'],
  ['423', 'COUNTRY - INITIAL PROCESS', 'n3 [n3] [n3] [n3] [n3]'],
  ['424', 'COUNTRY - PROCESS', 'n3'],
  ['425', 'COUNTRY - DISASSEMBLY', 'n3 [n3] [n3] [n3] [n3]'],
  ['426', 'COUNTRY - FULL PROCESS', 'n3'],
  ['427', 'ORIGIN SUBDIVISION', 'x..3'],
  ['4300', 'SHIP TO COMP', 'x..35'],
  ['4301', 'SHIP TO NAME', 'x..35'],
  ['4302', 'SHIP TO ADD1', 'x..70'],
  ['4303', 'SHIP TO ADD2', 'x..70'],
  ['4304', 'SHIP TO SUB', 'x..70'],
  ['4305', 'SHIP TO LOC', 'x..70'],
  ['4306', 'SHIP TO REG', 'x..70'],
  ['4307', 'SHIP TO COUNTRY', 'x2'],
  ['4308', 'SHIP TO PHONE', 'x..30'],
  ['4309', 'SHIP TO GEO', 'n20'],
  ['4310', 'RTN TO COMP', 'x..35'],
  ['4311', 'RTN TO NAME', 'x..35'],
  ['4312', 'RTN TO ADD1', 'x..70'],
  ['4313', 'RTN TO ADD2', 'x..70'],
  ['4314', 'RTN TO SUB', 'x..70'],
  ['4315', 'RTN TO LOC', 'x..70'],
  ['4316', 'RTN TO REG', 'x..70'],
  ['4317', 'RTN TO COUNTRY', 'x2'],
  ['4318', 'RTN TO POST', 'x..20'],
  ['4319', 'RTN TO PHONE', 'x..30'],
  ['4320', 'SRV DESCRIPTION', 'x..35'],
  ['4321', 'DANGEROUS GOODS', 'n1'],
  ['4322', 'AUTH TO LEAVE', 'n1'],
  ['4323', 'SIG REQUIRED', 'n1'],
  ['4324', 'NOT BEF DEL DT', 'n6/day0 n4'],
  ['4325', 'NOT AFT DEL DT', 'n6/day0 n4'],
  ['4326', 'REL DATE', 'n6/date'],
  ['4330', 'MAX TEMP F.', 'n6 [x1]'],
  ['4331', 'MAX TEMP C.', 'n6 [x1]'],
  ['4332', 'MIN TEMP F.', 'n6 [x1]'],
  ['4333', 'MIN TEMP C.', 'n6 [x1]'],
  ['7001', 'NSN', 'n13'],
  ['7002', 'MEAT CUT', 'x..30'],
  ['7003', 'EXPIRY TIME', 'n6/date n4/time'],
  ['7004', 'ACTIVE POTENCY', 'n..4'],
  ['7005', 'CATCH AREA', 'x..12'],
  ['7006', 'FIRST FREEZE DATE', 'n6/date'],
  ['7007', 'HARVEST DATE', 'n6/date [n6/date]'],
  ['7008', 'AQUATIC SPECIES', 'x..3'],
  ['7009', 'FISHING GEAR TYPE', 'x..10'],
  ['7010', 'PROD METHOD', 'x..2'],
  ['7011', 'TEST BY DATE', 'n6/date [n4/time]'],
  ['7020', 'REFURB LOT', 'x..20'],
  ['7021', 'FUNC STAT', 'x..20'],
  ['7022', 'REV STAT', 'x..20'],
  ['7023', 'GIAI - ASSEMBLY', 'x..30'],
  ['7040', 'UIC+EXT', 'n1 x3'],
  ['7041', 'UFRGT UNIT TYPE', 'x..4'],
  ['710', 'NHRN PZN', 'x..20'],
  ['711', 'NHRN CIP', 'x..20'],
  ['712', 'NHRN CN', 'x..20'],
  ['713', 'NHRN DRN', 'x..20'],
  ['714', 'NHRN AIM', 'x..20'],
  ['715', 'NHRN NDC', 'x..20'],
  ['716', 'NHRN AIC', 'x..20'],
  ['7240', 'PROTOCOL', 'x..20'],
  ['7241', 'AIDC MEDIA TYPE', 'n2'],
  ['7242', 'VCN', 'x..25'],
  ['7250', 'DOB', 'n8'],
  ['7251', 'DOB TIME', 'n8 n4/time'],
  ['7252', 'BIO SEX', 'n1'],
  ['7253', 'FAMILY NAME', 'x..40'],
  ['7254', 'GIVEN NAME', 'x..40'],
  ['7255', 'SUFFIX', 'x..10'],
  ['7256', 'FULL NAME', 'x..90'],
  ['7257', 'PERSON ADDR', 'x..70'],
  ['7258', 'BIRTH SEQUENCE', 'x3'],
  ['7259', 'BABY', 'x..40'],
  ['8001', 'DIMENSIONS', 'n14'],
  ['8002', 'CMT No.', 'x..20'],
  ['8003', 'GRAI', 'n1/zero n13/check [x..16]'],
  ['8004', 'GIAI', 'x..30'],
  ['8005', 'PRICE PER UNIT', 'n6'],
  ['8006', 'ITIP', 'n14/check n4/count'],
  ['8007', 'IBAN', 'x..34'],
  ['8008', 'PROD TIME', 'n6/date n2/hour [n2/sixty] [n2/sixty]'],
  ['8009', 'OPTSEN', 'x..50'],
  ['8010', 'CPID', 'y..30'],
  ['8011', 'CPID SERIAL', 'n..12'],
  ['8012', 'VERSION', 'x..20'],
  ['8013', 'GMN', 'x..25'],
  ['8014', 'MUDI', 'x..25'],
  ['8017', 'GSRN - PROVIDER', 'n18/check'],
  ['8018', 'GSRN - RECIPIENT', 'n18/check'],
  ['8019', 'SRIN', 'n..10'],
  ['8020', 'REF No.', 'x..25'],
  ['8026', 'ITIP CONTENT', 'n14/check n4/count'],
  ['8030', 'DIGSIG', 'z..90'],
  ['8110', 'COUPON CODE', 'x..70'],
  ['8111', 'POINTS', 'n4'],
  ['8112', 'PAPERLESS COUPON', 'x..70'],
  ['8200', 'PRODUCT URL', 'x..70'],
  ['90', 'INTERNAL', 'x..30'],
];

/** The fourth digit says how many decimal places there are: at most as many as the last member tells. */
const withPlaces: readonly (readonly [prefix: string, title: string, format: string, most: number])[] = [
  ...measures(
    '310 NET WEIGHT (kg)|311 LENGTH (m)|312 WIDTH (m)|313 HEIGHT (m)|314 AREA (m²)|315 NET VOLUME (l)|316 NET VOLUME (m³)|' +
      '320 NET WEIGHT (lb)|321 LENGTH (in)|322 LENGTH (ft)|323 LENGTH (yd)|324 WIDTH (in)|325 WIDTH (ft)|326 WIDTH (yd)|' +
      '327 HEIGHT (in)|328 HEIGHT (ft)|329 HEIGHT (yd)|330 GROSS WEIGHT (kg)|331 LENGTH (m), log|332 WIDTH (m), log|' +
      '333 HEIGHT (m), log|334 AREA (m²), log|335 VOLUME (l), log|336 VOLUME (m³), log|337 KG PER m²|' +
      '340 GROSS WEIGHT (lb)|341 LENGTH (in), log|342 LENGTH (ft), log|343 LENGTH (yd), log|344 WIDTH (in), log|' +
      '345 WIDTH (ft), log|346 WIDTH (yd), log|347 HEIGHT (in), log|348 HEIGHT (ft), log|349 HEIGHT (yd), log|' +
      '350 AREA (in²)|351 AREA (ft²)|352 AREA (yd²)|353 AREA (in²), log|354 AREA (ft²), log|355 AREA (yd²), log|' +
      '356 NET WEIGHT (t oz)|357 NET VOLUME (oz)|360 NET VOLUME (qt)|361 NET VOLUME (gal.)|362 VOLUME (qt), log|' +
      '363 VOLUME (gal.), log|364 VOLUME (in³)|365 VOLUME (ft³)|366 VOLUME (yd³)|367 VOLUME (in³), log|' +
      '368 VOLUME (ft³), log|369 VOLUME (yd³), log',
  ),
  ['390', 'AMOUNT', 'n..15', 9],
  ['391', 'AMOUNT', 'n3 n..15', 9],
  ['392', 'PRICE', 'n..15', 9],
  ['393', 'PRICE', 'n3 n..15', 9],
  ['394', 'PRCNT OFF', 'n4', 3],
  ['395', 'PRICE/UoM', 'n6', 5],
];

function measures(list: string): (readonly [string, string, string, number])[] {
  return list.split('|').map((measure) => [measure.slice(0, 3), measure.slice(4), 'n6', 5]);
}

/** Ten AIs alike: number 0 to 9 of the same thing. */
const tens: readonly Row[] = [
  ['703', 'PROCESSOR #', 'n3 x..27'],
  ['723', 'CERT #', 'x2 x..28'],
];

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, at) => at);

const all: readonly ApplicationIdentifier[] = [
  ...fixed.map(([ai, title, format]) => ({ ai, title, format, places: null })),
  { ai: '30', title: 'VAR. COUNT', format: 'n..8', places: 0 },
  { ai: '37', title: 'COUNT', format: 'n..8', places: 0 },
  ...withPlaces.flatMap(([prefix, title, format, most]) =>
    upTo(most).map((places) => ({ ai: `${prefix}${places}`, title, format, places })),
  ),
  ...tens.flatMap(([prefix, title, format]) =>
    upTo(9).map((digit) => ({ ai: `${prefix}${digit}`, title: `${title} ${digit}`, format, places: null })),
  ),
  ...upTo(8).map((digit) => ({ ai: `9${digit + 1}`, title: 'INTERNAL', format: 'x..90', places: null })),
];

/** By their digits. No AI is the beginning of another one. */
export const applicationIdentifiers: ReadonlyMap<string, ApplicationIdentifier> = new Map(
  all.map((identifier) => [identifier.ai, identifier]),
);

/** AIs that begin so have a predefined length: no separator need follow. */
const predefined = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;

export const hasPredefinedLength = (ai: string): boolean => predefined.test(ai);
