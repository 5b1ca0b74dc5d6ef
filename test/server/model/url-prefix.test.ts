import { describe, expect, it } from 'vitest';
import { isUnderUrl, isUrl, normalUrl } from '../../../src/server/model/url-prefix.js';

describe('an address of a file', () => {
  it.each([
    ['https://data.example/lake/a.parquet', 'https://data.example/lake/a.parquet'],
    ['HTTPS://Data.Example:443/lake/a.parquet', 'https://data.example/lake/a.parquet'],
    ['https://data.example/lake/a.parquet?version=2', 'https://data.example/lake/a.parquet?version=2'],
    ['s3://bucket/a/b.csv', 's3://bucket/a/b.csv'],
    ['S3://bucket/A.csv', 's3://bucket/A.csv'],
  ])('%s is %s', (text, normal) => {
    expect(isUrl(text)).toBe(true);
    expect(normalUrl(text)).toBe(normal);
  });

  it.each([
    'https://user@data.example/lake/a.parquet',
    'https://data.example@evil.example/lake/a.parquet',
    'https://data.example:pass@evil.example/lake',
    'https://data.example\\@evil.example/lake',
    'https://data.example/lake/../secret',
    'https://data.example/lake/%2e%2e/secret',
    'https://data.example/lake/.%2E/secret',
    'https://data.example/lake%2f..%2fsecret',
    'https://data.example/lake/%252e%252e/secret',
    'https://data.example/lake/%00',
    'https://data.example//lake',
    'https://data.example/lake/*.parquet',
    'https://data.example/lake/[a].parquet',
    'https://data.example/lake#x',
    'https://data.example/la ke',
    'https://data.example/lake\t',
    'https://dätä.example/lake',
    's3://bucket/a.csv?s3_endpoint=evil.example',
    's3://bucket/../other/a.csv',
    's3://bucket//a.csv',
    's3://bucket/%2e%2e/a.csv',
    'ftp://data.example/a.csv',
    'hf://datasets/a.csv',
    'https:/data.example/a',
    'https://',
    's3://',
    's3:///a',
  ])('%s is nothing that can be allowed', (text) => {
    expect(normalUrl(text)).toBeUndefined();
  });

  it.each([
    ['https://h.example/lake/', 'https://h.example/lake/a', true],
    ['https://h.example/lake', 'https://h.example/lake/a', true],
    ['https://h.example/lake', 'https://h.example/lake', true],
    ['https://h.example/lake', 'https://h.example/lake?x=1', true],
    ['https://h.example/lake', 'https://h.example/lakes/a', false],
    ['https://h.example/lake/', 'https://h.example/lake', false],
    ['https://h.example/', 'https://h.example.evil.example/', false],
    ['https://h.example/', 'https://h.example:8443/a', false],
    ['https://h.example/', 'http://h.example/a', false],
    ['https://h.example/lake', 'https://h.example/?p=/lake/a', false],
    ['s3://bucket', 's3://bucket/a', true],
    ['s3://bucket', 's3://bucket2/a', false],
  ])('%s is above %s: %s', (prefix, url, expected) => {
    expect(isUnderUrl(prefix, normalUrl(url) ?? '')).toBe(expected);
  });
});
