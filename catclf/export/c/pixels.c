/* What the pixels add to the logit. Sums of rows are added up, which keeps rounding small. */
static float catclf_pixels(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3])
{
    float z = 0.0f;
    for (int row = 0; row < CATCLF_SIDE; row++) {
        float sum = 0.0f;
        for (int i = row * CATCLF_SIDE * 3; i < (row + 1) * CATCLF_SIDE * 3; i++)
            sum += catclf_pixels_weights[i] * (float)rgb[i];
        z += sum;
    }
    return z;
}
