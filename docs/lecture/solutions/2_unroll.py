"""Exercise 2: images become columns."""


def unroll(images):
    """X (n_x, m), between 0 and 1, from images (m, height, width, 3) of uint8."""
    m = len(images)
    return images.reshape(m, -1).T / 255  # (n_x, m)
