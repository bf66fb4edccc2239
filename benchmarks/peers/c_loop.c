// The whole training in C, with nothing around it: what the machine can do for a small network on one core.
// Compiled at run time with -D SIZES=8,12,8,1 -D LAYERS=3 -D BATCH=10 -D WIDEST=12, so that all loops have fixed lengths.

#include <math.h>
#include <string.h>

static const int sizes[] = {SIZES};
static float outputs[LAYERS + 1][BATCH * WIDEST], slopes[2][BATCH * WIDEST];
static float row_x[BATCH * WIDEST];
static int row_y[BATCH];

static inline __attribute__((always_inline)) double step(int rows, float *values, float *grads, int *right) {
    const float *x = row_x;
    float *weights = values;
    double loss = 0;
#pragma GCC unroll 8
    for (int l = 0; l < LAYERS; l++) {
        const int inputs = sizes[l], units = sizes[l + 1];
        const float *kernel = weights, *bias = weights + inputs * units;
        for (int r = 0; r < rows; r++) {
            float z[WIDEST];
            for (int j = 0; j < units; j++) z[j] = bias[j];
            for (int i = 0; i < inputs; i++)
                for (int j = 0; j < units; j++) z[j] += x[r * inputs + i] * kernel[i * units + j];
            float *y = outputs[l] + r * units;
            if (l < LAYERS - 1) {
                for (int j = 0; j < units; j++) y[j] = z[j] > 0 ? z[j] : 0;
            } else if (units == 1) {
                y[0] = 1 / (1 + expf(-z[0]));
            } else {
                float most = z[0], sum = 0;
                for (int j = 1; j < units; j++) most = z[j] > most ? z[j] : most;
                for (int j = 0; j < units; j++) sum += y[j] = expf(z[j] - most);
                for (int j = 0; j < units; j++) y[j] /= sum;
            }
        }
        x = outputs[l];
        weights += (inputs + 1) * units;
    }
    const int units = sizes[LAYERS];
    float *dz = slopes[0];
    for (int r = 0; r < rows; r++) {
        const float *p = outputs[LAYERS - 1] + r * units;
        if (units == 1) {
            float true_p = row_y[r] ? p[0] : 1 - p[0];
            loss -= logf(true_p > 1e-7f ? true_p : 1e-7f);
            *right += (p[0] > 0.5f) == row_y[r];
            dz[r] = (p[0] - row_y[r]) / rows;
        } else {
            int best = 0;
            for (int j = 1; j < units; j++) best = p[j] > p[best] ? j : best;
            *right += best == row_y[r];
            loss -= logf(p[row_y[r]] > 1e-7f ? p[row_y[r]] : 1e-7f);
            for (int j = 0; j < units; j++) dz[r * units + j] = (p[j] - (j == row_y[r])) / rows;
        }
    }
    float *gradients = grads + (weights - values);
#pragma GCC unroll 8
    for (int l = LAYERS - 1; l >= 0; l--) {
        const int inputs = sizes[l], units = sizes[l + 1];
        weights -= (inputs + 1) * units;
        gradients -= (inputs + 1) * units;
        const float *below = l ? outputs[l - 1] : row_x;
        float *dx = slopes[(LAYERS - l) % 2];
        memset(gradients, 0, sizeof(float) * (inputs + 1) * units);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < inputs; i++)
                for (int j = 0; j < units; j++) gradients[i * units + j] += below[r * inputs + i] * dz[r * units + j];
            for (int j = 0; j < units; j++) gradients[inputs * units + j] += dz[r * units + j];
            if (l)
                for (int i = 0; i < inputs; i++) {
                    float sum = 0;
                    for (int j = 0; j < units; j++) sum += dz[r * units + j] * weights[i * units + j];
                    dx[r * inputs + i] = below[r * inputs + i] > 0 ? sum : 0;
                }
        }
        dz = dx;
    }
    return loss;
}

// One epoch: shuffle, steps with Adam, loss and accuracy. Returns the mean loss.
double epoch(int rows, const float *x, const int *y, int *order, unsigned *seed, int num_parameters, float *values,
             float *grads, float *m, float *v, long *t, double *accuracy) {
    double loss = 0;
    int right = 0;
    for (int i = rows - 1; i > 0; i--) {
        *seed = *seed * 1664525u + 1013904223u;
        int j = (int)(((unsigned long long)*seed * (i + 1)) >> 32), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (int start = 0; start < rows; start += BATCH) {
        const int count = rows - start < BATCH ? rows - start : BATCH;
        for (int r = 0; r < count; r++) {
            memcpy(row_x + r * sizes[0], x + (long)order[start + r] * sizes[0], sizeof(float) * sizes[0]);
            row_y[r] = y[order[start + r]];
        }
        loss += count == BATCH ? step(BATCH, values, grads, &right) : step(count, values, grads, &right);
        *t += 1;
        const float rate = 0.001 * sqrt(1 - pow(0.999, *t)) / (1 - pow(0.9, *t));
        for (int i = 0; i < num_parameters; i++) {
            m[i] = 0.9f * m[i] + 0.1f * grads[i];
            v[i] = 0.999f * v[i] + 0.001f * grads[i] * grads[i];
            values[i] -= rate * m[i] / (sqrtf(v[i]) + 1e-7f);
        }
    }
    *accuracy = (double)right / rows;
    return loss / rows;
}
