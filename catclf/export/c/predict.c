#ifndef CATCLF_SIDE
#define CATCLF_SIDE 64

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Logit of an image of 64 x 64 pixels, each red, green, blue, row by row from the top. */
float catclf_logit(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3]);

/* Probability that it is of the positive class. */
float catclf_predict(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3]);

/* Name of the class that a probability stands for. */
const char *catclf_label(float probability);

#ifdef __cplusplus
}
#endif

#endif

#if (defined(CATCLF_IMPLEMENTATION) || defined(CATCLF_SELF_TEST)) && !defined(CATCLF_IMPLEMENTED)
#define CATCLF_IMPLEMENTED

#include <math.h>

@DATA@
@FEATURES@
float catclf_logit(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3])
{
    return catclf_bias@TERMS@;
}

float catclf_predict(const uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3])
{
    return 1.0f / (1.0f + expf(-catclf_logit(rgb)));
}

const char *catclf_label(float probability)
{
    return probability >= catclf_threshold ? catclf_positive : catclf_negative;
}

#endif

#if defined(CATCLF_SELF_TEST) && !defined(CATCLF_TESTED)
#define CATCLF_TESTED

#include <stdio.h>

/* Whether the logits of images that are made here are those that the model gives. */
int main(void)
{
    static uint8_t rgb[CATCLF_SIDE * CATCLF_SIDE * 3];
    int failures = 0;
    for (int test = 0; test < CATCLF_TESTS; test++) {
        uint32_t state = (uint32_t)test;
        float z;
        for (int i = 0; i < CATCLF_SIDE * CATCLF_SIDE * 3; i++) {
            state = state * UINT32_C(1664525) + UINT32_C(1013904223);
            rgb[i] = (uint8_t)((state >> 24) >> test);
        }
        z = catclf_logit(rgb);
        printf("image %d of %d: logit %.6g, expected %.6g\n", test + 1, CATCLF_TESTS, (double)z,
               (double)catclf_expected[test]);
        if (!(fabsf(z - catclf_expected[test]) <= 1e-4f * (1.0f + fabsf(catclf_expected[test]))))
            failures++;
    }
    puts(failures ? "FAILED" : "passed");
    return failures != 0;
}

#endif
