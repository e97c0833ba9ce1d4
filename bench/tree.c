/* What a core can do without WASM: the same tree over packed records, four keccak256 at a time in AVX2.
 * tree RECORDS WIDTH: prints the root and the milliseconds of CPU from records in memory to the whole tree.
 * gcc -O3 -mavx2 bench/tree.c -o tree */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LANES 4
#define WORDS 25
#define RATE 17

static const uint64_t ROUND[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/* How far word x + 5y is turned. */
static const int TURN[WORDS] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

#define XOR(a, b) _mm256_xor_si256(a, b)
#define ROTATE(a, n) ((n) == 0 ? (a) : _mm256_or_si256(_mm256_slli_epi64(a, n), _mm256_srli_epi64(a, 64 - (n))))

static inline __attribute__((always_inline)) void permute(__m256i s[WORDS]) {
  for (int round = 0; round < 24; round++) {
    __m256i c[5], d[5], b[WORDS];
#pragma GCC unroll 5
    for (int x = 0; x < 5; x++) c[x] = XOR(XOR(XOR(s[x], s[x + 5]), XOR(s[x + 10], s[x + 15])), s[x + 20]);
#pragma GCC unroll 5
    for (int x = 0; x < 5; x++) d[x] = XOR(c[(x + 4) % 5], ROTATE(c[(x + 1) % 5], 1));
#pragma GCC unroll 5
    for (int y = 0; y < 5; y++)
#pragma GCC unroll 5
      for (int x = 0; x < 5; x++)
        b[y + 5 * ((2 * x + 3 * y) % 5)] = ROTATE(XOR(s[x + 5 * y], d[x]), TURN[x + 5 * y]);
#pragma GCC unroll 5
    for (int y = 0; y < 5; y++)
#pragma GCC unroll 5
      for (int x = 0; x < 5; x++)
        s[x + 5 * y] = XOR(b[x + 5 * y], _mm256_andnot_si256(b[(x + 1) % 5 + 5 * y], b[(x + 2) % 5 + 5 * y]));
    s[0] = XOR(s[0], _mm256_set1_epi64x((long long)ROUND[round]));
  }
}

/* keccak256 of four messages of `words` 64-bit words, fewer than fit into one block. */
static inline __attribute__((always_inline)) void hash4(const uint64_t *const in[LANES], int words,
                                                         uint64_t *const out[LANES]) {
  __m256i s[WORDS];
  for (int at = 0; at < WORDS; at++)
    s[at] = at < words
                ? _mm256_set_epi64x((long long)in[3][at], (long long)in[2][at], (long long)in[1][at], (long long)in[0][at])
                : _mm256_setzero_si256();
  s[words] = XOR(s[words], _mm256_set1_epi64x(1));
  s[RATE - 1] = XOR(s[RATE - 1], _mm256_set1_epi64x((long long)0x8000000000000000ULL));
  permute(s);
  uint64_t lane[LANES];
  for (int at = 0; at < 4; at++) {
    _mm256_storeu_si256((__m256i *)lane, s[at]);
    for (int who = 0; who < LANES; who++) out[who][at] = lane[who];
  }
}

static void leaves(const uint8_t *records, int width, size_t count, uint64_t *nodes) {
  const size_t size = 20 + (size_t)width;
  uint64_t preimage[LANES][12], spare[LANES][4];
  for (size_t first = 0; first < count; first += LANES) {
    const uint64_t *in[LANES];
    uint64_t *once[LANES], *out[LANES];
    for (size_t who = 0; who < LANES; who++) {
      const size_t leaf = first + who;
      uint8_t *bytes = (uint8_t *)preimage[who];
      memset(bytes, 0, 96);
      if (leaf < count) {
        for (int at = 0; at < 4; at++) bytes[31 - at] = (uint8_t)(leaf >> (8 * at));
        memcpy(bytes + 44, records + leaf * size, 20);
        memcpy(bytes + 96 - width, records + leaf * size + 20, (size_t)width);
      }
      in[who] = preimage[who];
      once[who] = spare[who];
      out[who] = leaf < count ? nodes + 4 * (2 * count - 2 - leaf) : spare[who];
    }
    hash4(in, 12, once);
    hash4((const uint64_t *const *)once, 4, out);
  }
}

static void pairs(size_t first, size_t last, uint64_t *nodes) {
  uint64_t preimage[LANES][8], spare[4];
  for (size_t from = first; from <= last; from += LANES) {
    const uint64_t *in[LANES];
    uint64_t *out[LANES];
    for (size_t who = 0; who < LANES; who++) {
      const size_t node = from + who;
      memset(preimage[who], 0, 64);
      if (node <= last) {
        const uint64_t *a = nodes + 4 * (2 * node + 1), *b = nodes + 4 * (2 * node + 2);
        const int swap = memcmp(a, b, 32) > 0;
        memcpy(preimage[who], swap ? b : a, 32);
        memcpy(preimage[who] + 4, swap ? a : b, 32);
      }
      in[who] = preimage[who];
      out[who] = node <= last ? nodes + 4 * node : spare;
    }
    hash4(in, 8, out);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "tree RECORDS WIDTH\n"), 1;
  const int width = atoi(argv[2]);
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL || width < 1 || width > 16) return fprintf(stderr, "no records, or no width\n"), 1;
  fseek(file, 0, SEEK_END);
  const size_t length = (size_t)ftell(file), count = length / (20 + (size_t)width);
  rewind(file);
  uint8_t *records = malloc(length);
  if (records == NULL || count == 0 || fread(records, 1, length, file) != length) return 1;
  struct timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  uint64_t *nodes = malloc((2 * count - 1) * 32);
  if (nodes == NULL) return 1;
  leaves(records, width, count, nodes);
  /* Nodes first…last have all their children behind them. */
  for (long last = (long)count - 2; last >= 0;) {
    const long first = (last + 1) / 2;
    pairs((size_t)first, (size_t)last, nodes);
    last = first - 1;
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("0x");
  for (int at = 0; at < 32; at++) printf("%02x", ((uint8_t *)nodes)[at]);
  printf(" %.3f\n", (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6);
  return 0;
}
