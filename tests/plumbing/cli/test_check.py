def test_a_table_read_without_the_review_beside_it_is_said(cli, tmp_path):
    folder = tmp_path / "mine"
    cli("new", folder, "--from", "telomerase")
    done = cli("check", folder / "studies.csv")
    assert f"is read alone, without its {folder / 'review.toml'}; metadx run {folder}" in done.err
    assert "read alone" not in cli("check", folder).err
