/* The least that a function can do, so that what is left of its time is the call: Benchmarks/foreign/measure. */
float  relu_float(float x) { return x > 0 ? x : 0; }
double relu_double(double x) { return x > 0 ? x : 0; }
void   relu_floats(int n, const float *x, float *y) {
    for (int i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
}
void relu_doubles(int n, const double *x, double *y) {
  for (int i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
}
