#define CATCLF_CELL 8
#define CATCLF_CELLS 8
#define CATCLF_BINS 9

/* Histograms of gradient orientations in cells; mirrored: those of the mirror image. */
static void catclf_histograms(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3], int mirrored,
                              float histograms[CATCLF_CELLS][CATCLF_CELLS][CATCLF_BINS])
{
    for (int i = 0; i < CATCLF_CELLS; i++)
        for (int j = 0; j < CATCLF_CELLS; j++)
            for (int k = 0; k < CATCLF_BINS; k++)
                histograms[i][j][k] = 0.0f;
    for (int y = 0; y < CATCLF_SIDE; y++) {
        for (int x = 0; x < CATCLF_SIDE; x++) {
            /* The gradient of the channel where it is strongest, 0 across a border. */
            int dx = 0, dy = 0, strongest = -1;
            for (int channel = 0; channel < 3; channel++) {
                const uint8_t *p = rgb + (y * CATCLF_SIDE + x) * 3 + channel;
                int across = 0, down = 0, square;
                if (x > 0 && x < CATCLF_SIDE - 1)
                    across = p[3] - p[-3];
                if (y > 0 && y < CATCLF_SIDE - 1)
                    down = p[CATCLF_SIDE * 3] - p[-(CATCLF_SIDE * 3)];
                square = across * across + down * down;
                if (square > strongest) {
                    strongest = square;
                    dx = mirrored ? -across : across;
                    dy = down;
                }
            }
            if (strongest > 0) {
                /* Modulo 180 degrees, in bins; it counts in two of them. */
                float *histogram =
                    histograms[y / CATCLF_CELL]
                              [(mirrored ? CATCLF_SIDE - 1 - x : x) / CATCLF_CELL];
                float bins = atan2f((float)dy, (float)dx) * (CATCLF_BINS / 3.14159265358979f);
                float magnitude = sqrtf((float)strongest), share;
                int lower;
                if (bins < 0.0f)
                    bins += CATCLF_BINS;
                lower = (int)bins;
                share = bins - (float)lower;
                histogram[lower % CATCLF_BINS] += magnitude * (1.0f - share);
                histogram[(lower + 1) % CATCLF_BINS] += magnitude * share;
            }
        }
    }
}

/* What the blocks of 2 x 2 cells, normalised, clipped, normalised again, add to the logit. */
static float catclf_blocks(float histograms[CATCLF_CELLS][CATCLF_CELLS][CATCLF_BINS])
{
    float z = 0.0f;
    int weight = 0;
    for (int i = 0; i < CATCLF_CELLS - 1; i++) {
        for (int j = 0; j < CATCLF_CELLS - 1; j++) {
            float first = 0.0f, second = 0.0f, sum = 0.0f;
            for (int cell = 0; cell < 4; cell++)
                for (int k = 0; k < CATCLF_BINS; k++) {
                    float h = histograms[i + cell / 2][j + cell % 2][k];
                    first += h * h;
                }
            first = sqrtf(first + catclf_hog_offset);
            for (int cell = 0; cell < 4; cell++)
                for (int k = 0; k < CATCLF_BINS; k++) {
                    float h = fminf(histograms[i + cell / 2][j + cell % 2][k] / first,
                                    catclf_hog_clip);
                    second += h * h;
                }
            second = sqrtf(second + catclf_hog_second_offset);
            for (int cell = 0; cell < 4; cell++)
                for (int k = 0; k < CATCLF_BINS; k++) {
                    float h = fminf(histograms[i + cell / 2][j + cell % 2][k] / first,
                                    catclf_hog_clip);
                    sum += CATCLF_HOG_WEIGHT(weight, k) * sqrtf(h / second);
                    weight++;
                }
            z += sum;
        }
    }
    return z;
}

static float catclf_hog(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3])
{
    float histograms[CATCLF_CELLS][CATCLF_CELLS][CATCLF_BINS];
    float z;
    catclf_histograms(rgb, 0, histograms);
    z = catclf_blocks(histograms);
    if (catclf_flips) {
        catclf_histograms(rgb, 1, histograms);
        z = (z + catclf_blocks(histograms)) / 2.0f;
    }
    return z;
}
