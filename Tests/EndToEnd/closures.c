/* Activations as plain functions, given to code that knows nothing of the zoo.
 *   closures values      what they compute, alone and from many threads
 *   closures refusals    what is refused, and how
 *   closures released    a call after the release
 *   closures forbidden   where no memory may be executed
 */
#include "actzoo/actzoo.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CHECK(condition)                                                                               \
  do {                                                                                                 \
    if (!(condition)) {                                                                                \
      printf("line %d: %s; %s\n", __LINE__, #condition, why);                                          \
      exit(1);                                                                                         \
    }                                                                                                  \
  } while (0)
static char why[512];

/* ---- Three functions by somebody else. None of them can hand anything on to what it calls. ---- */

static double integrate(double (*f)(double), double a, double b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += f(a + (i + 0.5) * (b - a) / n);
  return sum * (b - a) / n;
}
static void map_rows(void (*f)(const float *, float *, size_t), const float *x, float *y, size_t rows,
                     size_t width) {
  for (size_t r = 0; r < rows; r++) f(x + r * width, y + r * width, width);
}
/* qsort's comparator has no place for a context: what it compares by must be a function on its own. */
static double (*key)(double);
static int by_key(const void *a, const void *b) {
  const double left = key(*(const double *)a), right = key(*(const double *)b);
  return (left > right) - (left < right);
}

/* ---- */

static actzoo_zoo              *zoo;
static const actzoo_activation *crrelu, *silu, *swiglu, *lslu;
static const actzoo_binding     f64 = {.size = sizeof f64, .dtype = ACTZOO_F64};

static actzoo_status enclose(const actzoo_activation *activation, const actzoo_binding *binding,
                             uint32_t kind, const double *values, uint64_t count, actzoo_closure **c) {
  return actzoo_enclose(activation, binding, kind, values, count, c, why, sizeof why);
}

static double crrelu_at(double x, double eps) { return fmax(x, 0) + eps * x * exp(-x * x / 2); }
static int    near(double a, double b) { return fabs(a - b) <= 1e-14 * (1 + fabs(b)); }

struct job {
  double (*f)(double);
  void (*map)(const float *, float *, size_t);
  const float *x;
  double       integral;
  float        y[5000];
};

static void *work(void *argument) {
  struct job *job = argument;
  for (int i = 0; i < 20; i++) {
    job->integral = integrate(job->f, -2, 3, 500);
    map_rows(job->map, job->x, job->y, 5, 1000);
  }
  return NULL;
}

static void values(void) {
  actzoo_closure *narrow, *wide, *f, *map;
  const double    small = 0.01, large = 0.5;
  CHECK(enclose(crrelu, &f64, ACTZOO_POINT, &small, 1, &narrow) == ACTZOO_OK);
  CHECK(enclose(crrelu, &f64, ACTZOO_POINT, &large, 1, &wide) == ACTZOO_OK);
  for (double x = -4; x < 4; x += 0.37) { /* each has its own parameter */
    CHECK(near(actzoo_point_f64(narrow)(x), crrelu_at(x, small)));
    CHECK(near(actzoo_point_f64(wide)(x), crrelu_at(x, large)));
  }
  /* The integral of the gaussian part over (-b, b) is 0: what is left is b * b / 2. */
  CHECK(fabs(integrate(actzoo_point_f64(wide), -3, 3, 10000) - 4.5) < 1e-6);

  CHECK(enclose(silu, NULL, ACTZOO_POINT, NULL, 0, &f) == ACTZOO_OK);
  CHECK(fabsf(actzoo_point_f32(f)(1) - 0.7310586f) < 1e-6f);
  CHECK(!actzoo_point_f64(f) && !actzoo_array_f32(f) && !actzoo_array_f64(f));
  actzoo_release(f);

  const double numbers[] = {1, 1, 1, 0, -0.5, 0.5};
  CHECK(enclose(lslu, &f64, ACTZOO_POINT, numbers, 6, &f) == ACTZOO_OK);
  CHECK(near(actzoo_point_f64(f)(1), 1 + 0.5 + 1.5));
  actzoo_release(f);
  const actzoo_choice  lengths[] = {{0, 0, 2}, {0, 0, 2}};
  const actzoo_binding two = {
      .size = sizeof two, .dtype = ACTZOO_F64, .choices = lengths, .choices_count = 2};
  const double four[] = {1, 2, 0, 1};
  CHECK(enclose(lslu, &two, ACTZOO_POINT, four, 4, &f) == ACTZOO_OK);
  CHECK(near(actzoo_point_f64(f)(1), 1 + 2 * 2));
  actzoo_release(f);

  double sorted[] = {-1.3, 2, 0.4, -4, -0.2, 3};
  CHECK(enclose(silu, &f64, ACTZOO_POINT, NULL, 0, &f) == ACTZOO_OK);
  key = actzoo_point_f64(f);
  qsort(sorted, 6, sizeof *sorted, by_key); /* silu has its least near -1.28 */
  CHECK(sorted[0] == -1.3 && sorted[1] == -0.2 && sorted[2] == -4 && sorted[5] == 3);
  actzoo_release(f);

  /* The same bits from a map, from points and from actzoo_forward, on any thread. */
  static float x[5000], y[5000];
  for (int i = 0; i < 5000; i++) x[i] = (float)(i - 2500) / 400;
  CHECK(enclose(crrelu, NULL, ACTZOO_ARRAY, &small, 1, &map) == ACTZOO_OK);
  CHECK(enclose(crrelu, NULL, ACTZOO_POINT, &small, 1, &f) == ACTZOO_OK);
  actzoo_array_f32(map)(x, y, 5000);
  for (int i = 0; i < 5000; i++) {
    const float one = actzoo_point_f32(f)(x[i]);
    CHECK(memcmp(&one, &y[i], sizeof one) == 0);
  }
  actzoo_release(f);
  static struct job jobs[4];
  pthread_t         threads[4];
  const double      alone = integrate(actzoo_point_f64(wide), -2, 3, 500);
  for (int i = 0; i < 4; i++) {
    jobs[i].f = actzoo_point_f64(wide);
    jobs[i].map = actzoo_array_f32(map);
    jobs[i].x = x;
    CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
  }
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < 4; i++) {
    CHECK(jobs[i].integral == alone);
    CHECK(memcmp(jobs[i].y, y, sizeof y) == 0);
  }
  actzoo_array_f32(map)(x, x, 5000); /* in place */
  CHECK(memcmp(x, y, sizeof y) == 0);
  actzoo_array_f32(map)(x, y, 0);

  for (int i = 0; i < 3000; i++) { /* memory is given back */
    actzoo_closure *many[3];
    for (int k = 0; k < 3; k++)
      CHECK(enclose(silu, &f64, ACTZOO_POINT, NULL, 0, &many[k]) == ACTZOO_OK);
    for (int k = 0; k < 3; k++) actzoo_release(many[k]);
  }
  actzoo_close(zoo); /* closures outlive it */
  CHECK(near(actzoo_point_f64(narrow)(1), crrelu_at(1, small)));
  actzoo_release(narrow);
  actzoo_release(wide);
  actzoo_release(map);
  actzoo_release(NULL);
}

static void refusals(void) {
  actzoo_closure      *c = (actzoo_closure *)why;
  const double         one = 1;
  const actzoo_binding f16 = {.size = sizeof f16, .dtype = ACTZOO_F16};
  CHECK(enclose(swiglu, NULL, ACTZOO_POINT, NULL, 0, &c) == ACTZOO_UNSUPPORTED && c == NULL);
  puts(why);
  CHECK(enclose(silu, &f16, ACTZOO_POINT, NULL, 0, &c) == ACTZOO_UNSUPPORTED);
  puts(why);
  CHECK(enclose(silu, NULL, 7, NULL, 0, &c) == ACTZOO_INVALID);
  puts(why);
  CHECK(enclose(lslu, NULL, ACTZOO_POINT, &one, 1, &c) == ACTZOO_INVALID);
  puts(why);
  CHECK(enclose(NULL, NULL, ACTZOO_POINT, NULL, 0, &c) == ACTZOO_INVALID);
  puts(why);
  CHECK(enclose(silu, NULL, ACTZOO_POINT, NULL, 0, NULL) == ACTZOO_INVALID);
  CHECK(!actzoo_point_f32(NULL) && !actzoo_array_f64(NULL));
}

static void released(void) {
  actzoo_closure *point, *map;
  float           y[3] = {0, 0, 0};
  CHECK(enclose(silu, &f64, ACTZOO_POINT, NULL, 0, &point) == ACTZOO_OK);
  CHECK(enclose(silu, NULL, ACTZOO_ARRAY, NULL, 0, &map) == ACTZOO_OK);
  const actzoo_function_f64 f = actzoo_point_f64(point);
  const actzoo_map_f32      g = actzoo_array_f32(map);
  CHECK(f(0) == 0);
  actzoo_release(point);
  actzoo_release(map);
  CHECK(isnan(f(1)));
  g((const float[]){1, 2, 3}, y, 3);
  CHECK(isnan(y[0]) && isnan(y[2]));
}

/* From here on no system call gives memory that may be executed. */
static void forbid(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) exit(77);
}

static void forbidden(void) {
  actzoo_bound   *bound; /* loads the plugin while that is still allowed */
  actzoo_closure *c;
  CHECK(actzoo_bind(silu, NULL, &bound, why, sizeof why) == ACTZOO_OK);
  forbid();
  CHECK(enclose(silu, NULL, ACTZOO_POINT, NULL, 0, &c) == ACTZOO_FAILED && c == NULL);
  puts(why);
  actzoo_unbind(bound);
}

int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "values";
  CHECK(actzoo_open(NULL, &zoo, why, sizeof why) == ACTZOO_OK);
  CHECK(actzoo_find(zoo, "crrelu", &crrelu, why, sizeof why) == ACTZOO_OK);
  CHECK(actzoo_find(zoo, "silu", &silu, why, sizeof why) == ACTZOO_OK);
  CHECK(actzoo_find(zoo, "swiglu", &swiglu, why, sizeof why) == ACTZOO_OK);
  CHECK(actzoo_find(zoo, "lslu", &lslu, why, sizeof why) == ACTZOO_OK);
  if (strcmp(what, "values") == 0) values();
  if (strcmp(what, "refusals") == 0) refusals();
  if (strcmp(what, "released") == 0) released();
  if (strcmp(what, "forbidden") == 0) forbidden();
  puts("right");
  return 0;
}
