/* What the pixels add to the logit: integers, and one scale for each colour. */
static float catclf_pixels(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3])
{
    float z = 0.0f;
    for (int channel = 0; channel < 3; channel++) {
        int32_t sum = 0; /* at most 4096 * 127 * 255 */
        for (int i = channel; i < CATCLF_SIDE * CATCLF_SIDE * 3; i += 3)
            sum += catclf_pixels_weights[i] * rgb[i];
        z += catclf_pixels_scales[channel] * (float)sum;
    }
    return z;
}
